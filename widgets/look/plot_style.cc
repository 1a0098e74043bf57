#include "widgets/look/plot_style.h"

#include "widgets/look/custom_plot.h"

#include <cmath>

#include "core/formats/person_text.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kPixelsPerPoint = 96.0 / 72.0;
constexpr double kPaperType_pt = 8.0, kPaperLine_pt = 0.75;

// Linear numbers as a person writes them: 1,200 and 0.05, never 1e+06.
class PlainTicker : public QCPAxisTicker {
 protected:
  QString getTickLabel(double tick, const QLocale&, QChar, int) override {
    const double rounded = std::round(tick);
    if (std::abs(tick - rounded) < 1e-9 * std::max(1.0, std::abs(tick)) && std::abs(tick) < 1e15) {
      return QString::fromStdString(StepText(static_cast<long long>(rounded)));
    }
    return QString::number(tick, 'g', 6);
  }
};

// Powers of ten with raised exponents.
class PowerTicker : public QCPAxisTickerLog {
 protected:
  QString getTickLabel(double tick, const QLocale&, QChar, int) override {
    if (tick >= 1e-3 && tick < 1e5) return QString::number(tick, 'g', 6);
    return QString::fromStdString(MeasureText(tick, 1));
  }
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
  if (axis.scaleType() == QCPAxis::stLinear && !axis.ticker().dynamicCast<PlainTicker>()) {
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

void SetLogarithmic(QCPAxis& axis, bool logarithmic) {
  axis.setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
  if (logarithmic) {
    axis.setTicker(QSharedPointer<PowerTicker>::create());
  } else {
    axis.setTicker(QSharedPointer<PlainTicker>::create());
  }
}

}  // namespace mhc
