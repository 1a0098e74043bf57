#include "widgets/panels/glyphs.h"

#include <QPainter>
#include <QPainterPath>
#include <QPixmap>
#include <QPolygonF>

#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr int kIcon_px = 16;
constexpr double kLargestScale = 3.0;

constexpr double kStroke = 1.4;

// In a square of 16: what is filled.
QPainterPath FilledPart(Sign sign) {
  QPainterPath path;
  const auto triangle = [&](double from, double to) {
    path.addPolygon(QPolygonF({{from, 3.0}, {to, 8.0}, {from, 13.0}}));
    path.closeSubpath();
  };
  switch (sign) {
    case Sign::kBack:
      path.addRect(QRectF(3.0, 3.0, 1.5, 10.0));
      triangle(13.0, 5.5);
      break;
    case Sign::kPlay:
      triangle(4.0, 13.0);
      break;
    case Sign::kHalt:
      path.addRect(QRectF(4.0, 3.0, 3.0, 10.0));
      path.addRect(QRectF(9.0, 3.0, 3.0, 10.0));
      break;
    case Sign::kForward:
      triangle(3.0, 10.5);
      path.addRect(QRectF(11.5, 3.0, 1.5, 10.0));
      break;
    case Sign::kStop:
      path.addRect(QRectF(4.0, 4.0, 8.0, 8.0));
      break;
    case Sign::kCheckpoint:
      path.addPolygon(QPolygonF({{8.0, 2.5}, {13.5, 8.0}, {8.0, 13.5}, {2.5, 8.0}}));
      break;
    default:
      break;
  }
  return path;
}

// In a square of 16: what is a line.
QPainterPath DrawnPart(Sign sign) {
  QPainterPath path;
  const auto line = [&](std::initializer_list<QPointF> points) {
    path.addPolygon(QPolygonF(points));
  };
  switch (sign) {
    case Sign::kNew:
      line({{8.0, 3.0}, {8.0, 13.0}});
      line({{3.0, 8.0}, {13.0, 8.0}});
      break;
    case Sign::kOpen:
      line({{2.5, 12.5},
            {2.5, 3.5},
            {6.5, 3.5},
            {8.0, 5.5},
            {13.5, 5.5},
            {13.5, 12.5},
            {2.5, 12.5}});
      break;
    case Sign::kExport:
      line({{8.0, 2.5}, {8.0, 10.0}});
      line({{5.0, 7.0}, {8.0, 10.0}, {11.0, 7.0}});
      line({{3.0, 13.0}, {13.0, 13.0}});
      break;
    case Sign::kSearch:
      path.addEllipse(QPointF(7.0, 7.0), 4.0, 4.0);
      line({{10.0, 10.0}, {13.5, 13.5}});
      break;
    default:
      break;
  }
  return path;
}

QPixmap EmptyPixmap() {
  QPixmap pixmap(QSize(kIcon_px, kIcon_px) * kLargestScale);
  pixmap.setDevicePixelRatio(kLargestScale);
  pixmap.fill(Qt::transparent);
  return pixmap;
}

QPixmap SignPixmap(Sign sign, const QColor& color) {
  QPixmap pixmap = EmptyPixmap();
  QPainter painter(&pixmap);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillPath(FilledPart(sign), color);
  painter.strokePath(DrawnPart(sign),
                     QPen(color, kStroke, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  return pixmap;
}

void DrawStroke(QPainter& painter, const QPolygonF& line, double width, const QColor& color) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(color, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.drawPolyline(line);
  painter.restore();
}

QPointF In(const QRectF& square, double x, double y) {
  return {square.left() + x * square.width(), square.top() + y * square.height()};
}

}  // namespace

void DrawTriangle(QPainter& painter, const QPointF& centre, double size, const QColor& color) {
  const double half = size / 2.0;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(color);
  painter.drawPolygon(QPolygonF(
      {centre + QPointF(0.0, -half), centre + QPointF(half, half), centre + QPointF(-half, half)}));
  painter.restore();
}

void DrawDiamond(QPainter& painter, const QPointF& centre, double size, const QColor& line,
                 const QColor& inside) {
  const double half = size / 2.0;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(line, 1.0));
  painter.setBrush(inside);
  painter.drawPolygon(QPolygonF({centre + QPointF(0.0, -half), centre + QPointF(half, 0.0),
                                 centre + QPointF(0.0, half), centre + QPointF(-half, 0.0)}));
  painter.restore();
}

void DrawTick(QPainter& painter, const QRectF& square, const QColor& color) {
  DrawStroke(painter,
             QPolygonF({In(square, 0.1, 0.55), In(square, 0.4, 0.85), In(square, 0.9, 0.2)}), 1.5,
             color);
}

void DrawCross(QPainter& painter, const QRectF& square, const QColor& color) {
  DrawStroke(painter, QPolygonF({In(square, 0.15, 0.15), In(square, 0.85, 0.85)}), 1.5, color);
  DrawStroke(painter, QPolygonF({In(square, 0.85, 0.15), In(square, 0.15, 0.85)}), 1.5, color);
}

void DrawEye(QPainter& painter, const QRectF& square, const QColor& color, bool open) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(color, 1.2, Qt::SolidLine, Qt::RoundCap));
  painter.setBrush(Qt::NoBrush);
  QPainterPath lid(In(square, 0.0, 0.5));
  if (open) lid.quadTo(In(square, 0.5, -0.1), In(square, 1.0, 0.5));
  lid.moveTo(In(square, 0.0, 0.5));
  lid.quadTo(In(square, 0.5, 1.1), In(square, 1.0, 0.5));
  painter.drawPath(lid);
  if (open) {
    painter.setBrush(color);
    painter.setPen(Qt::NoPen);
    painter.drawEllipse(square.center(), 0.16 * square.width(), 0.16 * square.height());
  }
  painter.restore();
}

void DrawBranch(QPainter& painter, const QRectF& square, const QColor& color) {
  DrawStroke(painter, QPolygonF({In(square, 0.25, 0.1), In(square, 0.25, 0.9)}), 1.2, color);
  DrawStroke(painter,
             QPolygonF({In(square, 0.25, 0.75), In(square, 0.75, 0.45), In(square, 0.75, 0.1)}),
             1.2, color);
}

QIcon SignIcon(Sign sign, const Look& look) {
  QIcon icon(SignPixmap(sign, look.Color(Role::kText)));
  icon.addPixmap(SignPixmap(sign, look.Color(Role::kQuietText)), QIcon::Disabled);
  return icon;
}

QIcon FollowIcon(const Look& look) {
  const auto dot = [](const QColor& line, const QBrush& inside) {
    QPixmap pixmap = EmptyPixmap();
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(line, 1.2));
    painter.setBrush(inside);
    painter.drawEllipse(QPointF(8.0, 8.0), 4.0, 4.0);
    return pixmap;
  };
  const QColor on = look.Color(Role::kAccent), off = look.Color(Role::kQuietText);
  QIcon icon;
  icon.addPixmap(dot(off, Qt::NoBrush), QIcon::Normal, QIcon::Off);
  icon.addPixmap(dot(on, on), QIcon::Normal, QIcon::On);
  return icon;
}

}  // namespace mhc
