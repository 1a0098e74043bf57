#include "widgets/look/plot_style.h"

#include "widgets/look/custom_plot.h"

#include <algorithm>
#include <cmath>
#include <typeinfo>

#include "core/formats/person_text.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kPixelsPerPoint = 96.0 / 72.0;
constexpr double kPaperType_pt = 8.0, kPaperLine_pt = 0.75;

// With its thousands parted and that many decimals.
QString PlainLabel(double tick, int decimals) {
  return QString::fromStdString(FixedText(tick, decimals));
}

// Decimals that all ticks need, at most 6.
int DecimalsOf(const QVector<double>& ticks) {
  const auto fits = [&](int decimals) {
    const double scale = std::pow(10.0, decimals);
    return std::all_of(ticks.begin(), ticks.end(), [scale](double tick) {
      return std::abs(tick * scale - std::round(tick * scale)) < 1e-6 * std::max(1.0, tick);
    });
  };
  int decimals = 0;
  while (decimals < 6 && !fits(decimals)) ++decimals;
  return decimals;
}

bool ArePlain(const QVector<double>& ticks) {
  constexpr double kSmallest = 0.99e-4, kLargest = 1e9;
  return std::all_of(ticks.begin(), ticks.end(), [](double tick) {
    return std::abs(tick) < 1e-12 || (std::abs(tick) >= kSmallest && std::abs(tick) < kLargest);
  });
}

// "10⁻²", "2 × 10⁷".
QString PowerLabel(double tick) {
  static const QString kRaised = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
  const int exponent = static_cast<int>(std::floor(std::log10(tick) + 1e-9));
  const auto digit = std::lround(tick / std::pow(10.0, exponent));
  QString text = QStringLiteral("10");
  if (exponent < 0) text += QStringLiteral("⁻");
  for (const QChar place : QString::number(std::abs(exponent))) {
    text += kRaised[place.digitValue()];
  }
  return digit == 1 ? text : QStringLiteral("%1 × %2").arg(digit).arg(text);
}

// Linear numbers as a person writes them: 1,200 and 0.05 and 2.0 beside 2.5, never 1e+06.
class PlainTicker : public QCPAxisTicker {
 protected:
  QVector<QString> createLabelVector(const QVector<double>& ticks, const QLocale&, QChar,
                                     int) override {
    const bool plain = ArePlain(ticks);
    const int decimals = DecimalsOf(ticks);
    QVector<QString> labels;
    for (const double tick : ticks) {
      labels << (plain ? PlainLabel(tick, decimals)
                       : QString::fromStdString(
                             MeasureText(std::abs(tick) < 1e-300 ? 0.0 : tick, 2)));
    }
    return labels;
  }
};

// These multiples of the powers of ten, in the range.
QVector<double> RoundTicks(const QCPRange& range, std::initializer_list<double> digits) {
  QVector<double> ticks;
  for (double power = std::pow(10.0, std::floor(std::log10(range.lower))); power < range.upper;
       power *= 10.0) {
    for (const double digit : digits) {
      if (range.contains(digit * power)) ticks << digit * power;
    }
  }
  return ticks;
}

// Powers of ten with raised exponents; multiples of them, or even steps, where the range holds few.
class PowerTicker : public QCPAxisTickerLog {
 protected:
  QVector<double> createTickVector(double step, const QCPRange& range) override {
    constexpr double kEvenDecades = 0.3, kFewDecades = 2.5;
    even_ = false;
    if (range.lower <= 0.0) return QCPAxisTickerLog::createTickVector(step, range);
    const double decades = std::log10(range.upper / range.lower);
    if (decades < kEvenDecades) {
      even_ = true;
      // Even ticks are those of an axis that is not logarithmic.
      return QCPAxisTicker::createTickVector(step, range);  // NOLINT(bugprone-parent-virtual-call)
    }
    if (decades > kFewDecades) return QCPAxisTickerLog::createTickVector(step, range);
    // As many as there is room for.
    QVector<double> ticks = RoundTicks(range, {1.0, 1.5, 2.0, 3.0, 5.0, 7.0});
    if (ticks.size() > tickCount()) ticks = RoundTicks(range, {1.0, 2.0, 5.0});
    if (ticks.size() > tickCount()) ticks = RoundTicks(range, {1.0, 3.0});
    if (ticks.size() > tickCount()) ticks = RoundTicks(range, {1.0});
    return ticks;
  }
  QVector<QString> createLabelVector(const QVector<double>& ticks, const QLocale&, QChar,
                                     int) override {
    const bool plain = std::all_of(ticks.begin(), ticks.end(),
                                   [](double tick) { return tick > 0.99e-3 && tick < 0.99e5; });
    QVector<QString> labels;
    for (const double tick : ticks) {
      labels << (plain || (tick > 0.99 && tick < 11.0)
                     ? PlainLabel(tick, even_ ? DecimalsOf(ticks) : DecimalsOf({tick}))
                     : PowerLabel(tick));
    }
    return labels;
  }

 private:
  bool even_ = false;
};

void StyleAxis(QCPAxis& axis, const Look& look, const QFont& font, double width) {
  const QPen line(look.Color(Role::kBorder), width);
  axis.setBasePen(line);
  axis.setTickPen(line);
  axis.setSubTickPen(Qt::NoPen);
  axis.setTickLabelColor(look.Color(Role::kQuietText));
  axis.setLabelColor(look.Color(Role::kQuietText));
  axis.setTickLabelFont(font);
  axis.setLabelFont(font);
  axis.setTickLength(0, 3);
  axis.grid()->setPen(QPen(look.Color(Role::kBorder), width, Qt::DotLine));
  axis.grid()->setZeroLinePen(Qt::NoPen);
  axis.grid()->setSubGridVisible(false);
  // One that was set for what the axis counts stays.
  const QCPAxisTicker& ticker = *axis.ticker();
  if (axis.scaleType() == QCPAxis::stLinear && typeid(ticker) == typeid(QCPAxisTicker)) {
    axis.setTicker(QSharedPointer<PlainTicker>::create());
  }
}

}  // namespace

void StylePlot(QCustomPlot& plot, const Look& look, bool paper) {
  QFont font = plot.font();
  if (paper) {
    font.setPixelSize(static_cast<int>(std::lround(kPaperType_pt * kPixelsPerPoint)));
  } else {
    font.setPointSizeF(9);
  }
  const double width = paper ? kPaperLine_pt * kPixelsPerPoint : 1.0;
  plot.setBackground(look.Color(Role::kSurface));
  // Several plots that change together are painted together.
  plot.setPlottingHint(QCP::phImmediateRefresh, false);
  for (QCPAxisRect* rect : plot.axisRects()) {
    for (QCPAxis* axis : rect->axes()) StyleAxis(*axis, look, font, width);
  }
  if (plot.legend) {
    plot.legend->setFont(font);
    plot.legend->setTextColor(look.Color(Role::kText));
    QColor background = look.Color(Role::kSurface);
    background.setAlpha(220);
    plot.legend->setBrush(background);
    plot.legend->setBorderPen(Qt::NoPen);
  }
}

void FitTicks(QCPAxis& axis) {
  constexpr double kRoom = 24.0;  // of a label, in pixels
  const bool is_upright = QCPAxis::orientation(axis.axisType()) == Qt::Vertical;
  if (!is_upright) return;
  const int fitting = static_cast<int>(axis.axisRect()->height() / kRoom);
  axis.ticker()->setTickCount(std::clamp(fitting, 2, 5));
}

void SetLogarithmic(QCPAxis& axis, bool logarithmic) {
  axis.setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
  if (logarithmic) {
    axis.setTicker(QSharedPointer<PowerTicker>::create());
  } else {
    axis.setTicker(QSharedPointer<PlainTicker>::create());
  }
}

}  // namespace mhc
