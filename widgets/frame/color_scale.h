// Which colour a number of a matrix has, and the bar that says so.
//
// Thread rule: plain values; painting in the window's thread.
#pragma once

#include <QColor>
#include <QString>
#include <span>

class QFont;
class QPainter;
class QPointF;

namespace mhc {

class Look;

struct ColorScale {
  enum class Kind { kNonNegative, kSigned, kSum };

  Kind kind = Kind::kNonNegative;
  double limit = 1.0;  // 0…limit, or −limit…limit; of sums what they have fixed limits around
  QString label;       // what the colours stand for
  bool saturates = false;       // numbers beyond the limit have its colour
  double floor = 0.0;           // where colours begin; of signed numbers if they are logarithmic
  bool is_logarithmic = false;  // colours go with the logarithm of the modulus, from the floor on

  double low() const;
  double high() const;
  // The number whose colour stands at that share of the bar.
  double At(double share) const;
  QColor ColorOf(double value, const Look& look) const;
  bool operator==(const ColorScale&) const = default;

 private:
  double ShareOf(double modulus) const;
};

// The limit of a scale that holds these numbers: `least`, or the next round number above the
// largest modulus; 1 where both are 0. Non-finite numbers are left out.
double RoundLimit(std::span<const double> values, double least = 1.0);

// Round numbers around these non-negative ones, from 0 where they reach far down. Non-finite
// numbers are left out; 0…1 where there are no others.
struct ColorRange {
  double floor = 0.0, limit = 1.0;
};
ColorRange RoundRange(std::span<const double> values);

// Of a matrix' entries: signed where one of them is below zero by more than rounding.
ColorScale ScaleOfEntries(std::span<const double> entries, const QString& label);

// The same scale with logarithmic colours, from the power of ten below the smallest modulus on;
// over twelve decades at most.
ColorScale Logarithmic(ColorScale scale, std::span<const double> entries);

constexpr double kColorBarLength = 56.0;

// One quiet line: the label, the low number, the bar, the high number, in the painter's font.
double ColorBarWidth(const ColorScale& scale, const QFont& font, double length = kColorBarLength);
void PaintColorBar(QPainter& painter, const QPointF& left_middle, const ColorScale& scale,
                   const Look& look, double length = kColorBarLength);

}  // namespace mhc
