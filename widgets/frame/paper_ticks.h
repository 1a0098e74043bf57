// Ticks of an axis on paper: three to five round numbers, written as a person does.
//
// Thread rule: pure functions.
#pragma once

#include <QString>
#include <vector>

namespace mhc {

struct PaperTick {
  double value = 0.0;
  QString text;
};

struct PaperTicks {
  std::vector<PaperTick> ticks;
  std::vector<double> between;  // without a text, on a logarithmic axis
  QString unit;                 // "× 10⁻⁷" where the texts were divided by it
};

enum class TickKind { kNumbers, kWholeNumbers, kLogarithmic };

// Of the range low…high, at most `most` and, where round numbers allow it, at least three.
PaperTicks TicksFor(double low, double high, TickKind kind, int most = 5);

}  // namespace mhc
