#include "widgets/frame/color_scale.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/formats/person_text.h"
#include "widgets/look/color_map.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kSumReach = 0.1;  // where a sum has its full colour
constexpr double kBarHeight = 7.0;
constexpr double kNumberGap = 5.0;
constexpr int kBarSteps = 56;

// Limits are round numbers: 1 and 0.05, not 1.00 and 0.050.
QString LimitText(double limit) {
  constexpr double kSmallest = 1e-3, kLargest = 1e5;
  const double size = std::abs(limit);
  if (size != 0.0 && (size < kSmallest || size >= kLargest)) {
    return QString::fromStdString(MeasureText(limit, 2));
  }
  return QString::number(limit, 'g', 6).replace('-', QChar(0x2212));
}

// Both limits with as many decimals where colours begin above 0: 0.970 and 1.000.
QString LimitText(const ColorScale& scale, double limit) {
  if (scale.kind != ColorScale::Kind::kNonNegative || scale.floor == 0.0) return LimitText(limit);
  const double step = scale.limit - scale.floor;
  const int decimals = std::clamp(1 - static_cast<int>(std::floor(std::log10(step))), 0, 6);
  return QString::fromStdString(FixedText(limit, decimals));
}

double LargestModulus(std::span<const double> values) {
  double largest = 0.0;
  for (const double value : values) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  return largest;
}

QString HighText(const ColorScale& scale) {
  const QString text = LimitText(scale, scale.high());
  return scale.saturates ? QStringLiteral("≥ %1").arg(text) : text;
}

}  // namespace

double ColorScale::low() const {
  if (kind == Kind::kSum) return limit - kSumReach;
  return kind == Kind::kSigned ? -limit : floor;
}

double ColorScale::high() const { return kind == Kind::kSum ? limit + kSumReach : limit; }

// 0 at the floor, 1 at the limit.
double ColorScale::ShareOf(double modulus) const {
  if (!is_logarithmic) return modulus / limit;
  return modulus <= floor ? 0.0 : std::log(modulus / floor) / std::log(limit / floor);
}

double ColorScale::At(double share) const {
  if (!is_logarithmic || kind == Kind::kSum) return low() + share * (high() - low());
  if (kind == Kind::kNonNegative) return floor * std::pow(limit / floor, share);
  const double side = 2.0 * share - 1.0;
  return std::copysign(floor * std::pow(limit / floor, std::abs(side)), side);
}

QColor ColorScale::ColorOf(double value, const Look& look) const {
  if (!std::isfinite(value)) return look.Color(Role::kBad);
  switch (kind) {
    case Kind::kNonNegative:
      if (is_logarithmic) return CividisColor(ShareOf(value));
      return CividisColor((value - floor) / (limit - floor));
    case Kind::kSigned:
      return SignedColor(std::copysign(ShareOf(std::abs(value)), value));
    case Kind::kSum:
      break;
  }
  return SumColor(value - limit + 1.0, look);
}

double RoundLimit(std::span<const double> values, double least) {
  const double largest = LargestModulus(values);
  if (largest == 0.0 && least == 0.0) return 1.0;
  if (largest <= least) return least;
  constexpr std::array kRound = {1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0};
  const double power = std::pow(10.0, std::floor(std::log10(largest)));
  for (const double digit : kRound) {
    if (digit * power >= largest * (1.0 - 1e-9)) return digit * power;
  }
  return 10.0 * power;
}

ColorScale ScaleOfEntries(std::span<const double> entries, const QString& label) {
  constexpr double kRounding = 1e-6;  // of the largest
  const double largest = LargestModulus(entries);
  const bool is_signed = std::any_of(entries.begin(), entries.end(), [largest](double entry) {
    return entry < -kRounding * largest;
  });
  return {is_signed ? ColorScale::Kind::kSigned : ColorScale::Kind::kNonNegative,
          RoundLimit(entries), label, false};
}

ColorScale Logarithmic(ColorScale scale, std::span<const double> entries) {
  constexpr double kMostDecades = 12.0, kFewestDecades = 1.0;
  double smallest = scale.limit;
  for (const double entry : entries) {
    if (std::isfinite(entry) && entry != 0.0) smallest = std::min(smallest, std::abs(entry));
  }
  const double top = std::log10(scale.limit);
  // Of 0.001 the power itself, and not the one below it for its last bit.
  const double bottom = std::floor(std::log10(smallest) + 1e-6);
  scale.floor = std::pow(
      10.0, std::clamp(bottom, std::ceil(top - kMostDecades), std::ceil(top - kFewestDecades)));
  scale.is_logarithmic = true;
  return scale;
}

ColorRange RoundRange(std::span<const double> values) {
  constexpr double kReachesDown = 0.5;  // of the largest
  constexpr double kNarrowest = 1e-3;   // of the largest: less is no difference
  double low = INFINITY, high = -INFINITY;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (high <= 0.0 || !std::isfinite(low)) return {};
  if (low < kReachesDown * high) return {0.0, RoundLimit(values, 1e-300)};
  const double span = std::max(high - low, kNarrowest * high);
  const double power = std::pow(10.0, std::floor(std::log10(span)));
  const double step = power * (span / power < 2.0 ? 0.5 : span / power < 5.0 ? 1.0 : 2.0);
  // What exceeds a round number by rounding alone does not open another step.
  const double slack = 0.02;
  const double limit = step * std::ceil(high / step - slack);
  // Values that are all the same round number still need a range, to be at its end.
  const double floor = std::min(step * std::floor(low / step + slack), limit - step);
  return {std::max(0.0, floor), limit};
}

double ColorBarWidth(const ColorScale& scale, const QFont& font, double length) {
  const QFontMetricsF metrics(font);
  double width = length + 2.0 * kNumberGap;
  for (const QString& text : {scale.label, LimitText(scale, scale.low()), HighText(scale)}) {
    width += std::ceil(metrics.horizontalAdvance(text)) + 1.0;
  }
  return width + kNumberGap;
}

void PaintColorBar(QPainter& painter, const QPointF& left_middle, const ColorScale& scale,
                   const Look& look, double length) {
  const QFontMetricsF metrics(painter.font());
  double x = left_middle.x();
  const auto write = [&](const QString& text, Role role) {
    const double width = std::ceil(metrics.horizontalAdvance(text)) + 1.0;
    painter.setPen(look.Color(role));
    painter.drawText(QRectF(x, left_middle.y() - metrics.height() / 2.0, width, metrics.height()),
                     Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, text);
    x += width + kNumberGap;
  };
  write(scale.label, Role::kQuietText);
  write(LimitText(scale, scale.low()), Role::kQuietText);
  const QRectF bar(x, left_middle.y() - kBarHeight / 2.0, length, kBarHeight);
  QLinearGradient gradient(bar.topLeft(), bar.topRight());
  for (int step = 0; step <= kBarSteps; ++step) {
    const double share = static_cast<double>(step) / kBarSteps;
    gradient.setColorAt(share, scale.ColorOf(scale.At(share), look));
  }
  painter.fillRect(bar, gradient);
  painter.setPen(QPen(look.Color(Role::kBorder), 1.0));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(bar);
  x += length + kNumberGap;
  write(HighText(scale), Role::kQuietText);
}

}  // namespace mhc
