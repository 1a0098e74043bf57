#include "widgets/frame/axis_name.h"

#include <QFontMetricsF>

#include "widgets/look/look.h"

namespace mhc {

AxisName::AxisName(QCPAxisRect& rect, const Look& look, QString name)
    : QCPLayerable(rect.parentPlot(), QStringLiteral("axes")),
      rect_(rect),
      look_(look),
      name_(std::move(name)) {}

void AxisName::applyDefaultAntialiasingHint(QCPPainter* painter) const {
  applyAntialiasingHint(painter, false, QCP::aeAxes);
}

QRect AxisName::clipRect() const { return mParentPlot->viewport(); }

void AxisName::draw(QCPPainter* painter) {
  constexpr double kBeforeFirstTick = 10.0, kBelow = 5.0;  // as the tick labels stand
  painter->setFont(rect_.axis(QCPAxis::atBottom)->tickLabelFont());
  painter->setPen(look_.Color(Role::kQuietText));
  const QFontMetricsF metrics(painter->font());
  const double width = metrics.horizontalAdvance(name_) + 1.0;
  painter->drawText(QRectF(rect_.left() - kBeforeFirstTick - width, rect_.bottom() + kBelow, width,
                           metrics.height()),
                    Qt::AlignRight | Qt::AlignVCenter, name_);
}

}  // namespace mhc
