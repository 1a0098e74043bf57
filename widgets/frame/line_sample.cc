#include "widgets/frame/line_sample.h"

#include <cmath>

namespace mhc {
namespace {

constexpr double kBandHeight = 9.0;
constexpr int kBandOpacity = 45;

}  // namespace

QCPScatterStyle LineDot::Style(const QPen& line, const QColor& surface) const {
  QCPScatterStyle::ScatterShape drawn = QCPScatterStyle::ssNone;
  switch (shape) {
    case Shape::kNone:
      return QCPScatterStyle();
    case Shape::kCircle:
      drawn = QCPScatterStyle::ssCircle;
      break;
    case Shape::kSquare:
      drawn = QCPScatterStyle::ssSquare;
      break;
    case Shape::kDiamond:
      drawn = QCPScatterStyle::ssDiamond;
      break;
    case Shape::kTriangle:
      drawn = QCPScatterStyle::ssTriangle;
      break;
  }
  return {drawn, QPen(line.color(), 1.0), is_open ? surface : line.color(), size};
}

void PaintLineSample(QCPPainter& painter, const LineSample& sample, const QPointF& middle,
                     const QColor& surface, double length) {
  painter.save();
  painter.setAntialiasing(true);
  const double left = middle.x() - length / 2.0;
  const double y = std::floor(middle.y());  // where QCPPainter's line of one pixel fills one
  if (sample.has_band) {
    QColor faint = sample.pen.color();
    faint.setAlpha(kBandOpacity);
    painter.fillRect(QRectF(left, y - kBandHeight / 2.0, length, kBandHeight), faint);
  }
  QPen pen = sample.pen;
  pen.setCapStyle(Qt::FlatCap);
  painter.setPen(pen);
  painter.drawLine(QLineF(left, y, left + length, y));
  const QCPScatterStyle dot = sample.dot.Style(sample.pen, surface);
  if (!dot.isNone()) {
    dot.applyTo(&painter, sample.pen);
    dot.drawShape(&painter, QPointF(middle.x(), y));
  }
  painter.restore();
}

}  // namespace mhc
