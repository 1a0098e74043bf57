#include "widgets/look/color_map.h"

#include "widgets/look/custom_plot.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "widgets/look/look.h"

namespace mhc {
namespace {

struct Rgb {
  int r, g, b;
};

// Stops of cividis at 0, 0.1 … 1.
constexpr std::array<Rgb, 11> kCividis = {{{0, 34, 78},
                                           {8, 51, 112},
                                           {53, 69, 108},
                                           {79, 87, 108},
                                           {102, 105, 112},
                                           {125, 124, 120},
                                           {148, 142, 119},
                                           {174, 163, 113},
                                           {200, 184, 102},
                                           {229, 207, 82},
                                           {254, 232, 56}}};

constexpr double kReadable = 4.5;

// Relative luminance (WCAG 2.1).
double Luminance(const QColor& color) {
  const auto linear = [](double part) {
    return part <= 0.03928 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
         0.0722 * linear(color.blueF());
}

QColor Between(const QColor& a, const QColor& b, double share) {
  const auto mix = [share](int x, int y) {
    return static_cast<int>(std::lround(x + (y - x) * share));
  };
  return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

}  // namespace

QColor CividisColor(double value) {
  if (!std::isfinite(value)) return {198, 40, 40};
  const double place = std::clamp(value, 0.0, 1.0) * (kCividis.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(place), kCividis.size() - 2);
  const Rgb& a = kCividis[low];
  const Rgb& b = kCividis[low + 1];
  return Between({a.r, a.g, a.b}, {b.r, b.g, b.b}, place - static_cast<double>(low));
}

QColor SignedColor(double value) {
  if (!std::isfinite(value)) return {30, 34, 39};
  const double share = std::clamp(std::abs(value), 0.0, 1.0);
  return Between({255, 255, 255}, value < 0 ? QColor(33, 102, 172) : QColor(178, 24, 43), share);
}

QColor SumColor(double sum, const Look& look) {
  if (!std::isfinite(sum)) return look.Color(Role::kBad);
  constexpr double kFull = 0.1;
  const double share = std::clamp(std::abs(sum - 1.0) / kFull, 0.0, 1.0);
  const QColor middle = look.dark() ? look.Color(Role::kSurface) : QColor(255, 255, 255);
  return Between(middle, sum > 1.0 ? QColor(230, 140, 40) : QColor(60, 120, 220), share);
}

double Contrast(const QColor& one, const QColor& other) {
  const double a = Luminance(one), b = Luminance(other);
  return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

// The text's own dark leaves a gap between itself and white in which neither is read; black closes
// it.
QColor TextOn(const QColor& background) {
  const QColor dark(30, 34, 39), white(255, 255, 255), black(0, 0, 0);
  if (Contrast(dark, background) >= kReadable) return dark;
  if (Contrast(white, background) >= kReadable) return white;
  return black;
}

QCPColorGradient CividisGradient() {
  QCPColorGradient gradient;
  gradient.clearColorStops();
  for (std::size_t i = 0; i < kCividis.size(); ++i) {
    const Rgb& stop = kCividis[i];
    gradient.setColorStopAt(static_cast<double>(i) / (kCividis.size() - 1),
                            QColor(stop.r, stop.g, stop.b));
  }
  gradient.setNanHandling(QCPColorGradient::nhTransparent);
  return gradient;
}

}  // namespace mhc
