#include "widgets/frame/paper_ticks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/formats/person_text.h"

namespace mhc {
namespace {

constexpr int kFewest = 3;
constexpr double kLargestPlain = 1e5, kSmallestPlain = 1e-3;
constexpr double kSlack = 1e-9;        // of a step
constexpr double kEvenDecades = 0.45;  // fewer are parted evenly
constexpr double kSubTickDecades = 6.0;

std::vector<double> Multiples(double low, double high, double step) {
  std::vector<double> ticks;
  const double first = std::ceil(low / step - kSlack), last = std::floor(high / step + kSlack);
  // Beyond 2⁵³ steps from 0 neighbours are the same number.
  if (!(last - first < 1e3) || std::abs(last) > 9e15) return ticks;
  for (double i = first; i <= last; ++i) ticks.push_back(i == 0.0 ? 0.0 : i * step);
  return ticks;
}

// The more ticks the better, as long as there are no more than `most`.
bool IsBetter(std::size_t count, std::size_t than, int most) {
  const auto limit = static_cast<std::size_t>(most);
  if (count > limit) return false;
  return than > limit || count > than;
}

struct Steps {
  std::vector<double> ticks;
  int decimals = 0;
};

Steps EvenTicks(double low, double high, bool is_whole, int most) {
  struct Digit {
    double factor;
    int decimals;
  };
  constexpr std::array kDigits = {Digit{1.0, 0}, Digit{2.0, 0}, Digit{2.5, 1}, Digit{4.0, 0},
                                  Digit{5.0, 0}};
  Steps best;
  const double span = std::max(high - low, 1e-300);
  const int top = static_cast<int>(std::floor(std::log10(span)));
  // Rounder steps are tried first: 1, 2 and 5, then 2.5 and 4.
  for (const bool is_round : {true, false}) {
    for (int exponent = top + 1; exponent >= top - 1; --exponent) {
      for (const Digit& digit : kDigits) {
        if ((digit.factor != 2.5 && digit.factor != 4.0) != is_round) continue;
        const double step = digit.factor * std::pow(10.0, exponent);
        const int decimals = std::max(0, digit.decimals - exponent);
        if (is_whole && decimals > 0) continue;
        std::vector<double> ticks = Multiples(low, high, step);
        if (best.ticks.empty() || IsBetter(ticks.size(), best.ticks.size(), most)) {
          best = {std::move(ticks), decimals};
        }
      }
    }
    if (best.ticks.size() >= kFewest && best.ticks.size() <= static_cast<std::size_t>(most)) break;
  }
  return best;
}

QString Number(double value, int decimals) {
  if (decimals == 0 && std::abs(value) < 9e15) {
    const std::string text = StepText(std::llround(std::abs(value)));
    return (value < 0.0 ? QString(QChar(0x2212)) : QString()) + QString::fromStdString(text);
  }
  return QString::number(value, 'f', decimals).replace('-', QChar(0x2212));
}

PaperTicks Even(double low, double high, TickKind kind, int most) {
  const bool is_whole = kind == TickKind::kWholeNumbers;
  const Steps steps = EvenTicks(low, high, is_whole, most);
  double largest = 0.0;
  for (const double tick : steps.ticks) largest = std::max(largest, std::abs(tick));
  PaperTicks result;
  int exponent = 0;
  if (!is_whole && largest > 0.0 && (largest >= kLargestPlain || largest < kSmallestPlain)) {
    exponent = static_cast<int>(std::floor(std::log10(largest) + kSlack));
    // A title is not broken inside of it.
    result.unit = QStringLiteral("×\u00a0%1").arg(QString::fromStdString(PowerText(exponent)));
  }
  const double unit = std::pow(10.0, exponent);
  int decimals = steps.decimals;
  if (exponent != 0) {
    decimals = 0;
    const auto is_written = [&](double tick) {
      const double scaled = tick / unit * std::pow(10.0, decimals);
      return std::abs(scaled - std::round(scaled)) < 1e-6;
    };
    while (decimals < 9 && !std::all_of(steps.ticks.begin(), steps.ticks.end(), is_written)) {
      ++decimals;
    }
  }
  for (const double tick : steps.ticks) {
    result.ticks.push_back({tick, Number(tick / unit, decimals)});
  }
  return result;
}

std::vector<double> RoundTicks(double low, double high, std::initializer_list<double> digits) {
  std::vector<double> ticks;
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  for (int exponent = first; exponent <= last; ++exponent) {
    for (const double digit : digits) {
      const double tick = digit * std::pow(10.0, exponent);
      if (tick >= low * (1.0 - kSlack) && tick <= high * (1.0 + kSlack)) ticks.push_back(tick);
    }
  }
  return ticks;
}

// Every k-th power of ten.
std::vector<double> PowerTicks(double low, double high, int most) {
  const int first = static_cast<int>(std::ceil(std::log10(low) - kSlack));
  const int last = static_cast<int>(std::floor(std::log10(high) + kSlack));
  for (const int stride : {1, 2, 3, 4, 5, 10, 20, 25, 50, 100, 200}) {
    std::vector<double> ticks;
    const int from = static_cast<int>(std::ceil(static_cast<double>(first) / stride)) * stride;
    for (int exponent = from; exponent <= last; exponent += stride) {
      ticks.push_back(std::pow(10.0, exponent));
    }
    if (ticks.size() <= static_cast<std::size_t>(most)) return ticks;
  }
  return {};
}

QString PowerLabel(double tick) {
  const int exponent = static_cast<int>(std::floor(std::log10(tick) + kSlack));
  const double digit = tick / std::pow(10.0, exponent);
  QString power = QString::fromStdString(PowerText(exponent));
  if (std::abs(digit - 1.0) < 1e-6) return power;
  return QStringLiteral("%1 × %2").arg(QString::number(digit, 'g', 2), power);
}

QString PlainLabel(double tick) {
  int decimals = 0;
  while (decimals < 4 && std::abs(tick * std::pow(10.0, decimals) -
                                  std::round(tick * std::pow(10.0, decimals))) > 1e-6) {
    ++decimals;
  }
  return Number(tick, decimals);
}

PaperTicks Logarithmic(double low, double high, int most) {
  const double decades = std::log10(high / low);
  if (decades < kEvenDecades) return Even(low, high, TickKind::kNumbers, most);
  std::vector<double> ticks = PowerTicks(low, high, most);
  const auto serves = [&](const std::vector<double>& found) {
    return found.size() >= kFewest && found.size() <= static_cast<std::size_t>(most);
  };
  for (const auto& digits : {std::initializer_list<double>{1.0, 3.0},
                             {1.0, 2.0, 5.0},
                             {1.0, 2.0, 3.0, 5.0},
                             {1.0, 1.5, 2.0, 3.0, 5.0, 7.0}}) {
    if (ticks.size() >= kFewest) break;
    std::vector<double> more = RoundTicks(low, high, digits);
    if (serves(more)) ticks = std::move(more);
  }
  PaperTicks result;
  const bool is_plain = std::all_of(ticks.begin(), ticks.end(), [](double tick) {
    return tick > 0.99 * kSmallestPlain && tick < 0.99 * kLargestPlain;
  });
  for (const double tick : ticks) {
    result.ticks.push_back({tick, is_plain ? PlainLabel(tick) : PowerLabel(tick)});
  }
  if (decades <= kSubTickDecades) {
    result.between = RoundTicks(low, high, {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0});
  }
  return result;
}

}  // namespace

PaperTicks TicksFor(double low, double high, TickKind kind, int most) {
  if (!std::isfinite(low) || !std::isfinite(high) || low >= high) return {};
  if (kind != TickKind::kLogarithmic || low <= 0.0) return Even(low, high, kind, most);
  return Logarithmic(low, high, most);
}

}  // namespace mhc
