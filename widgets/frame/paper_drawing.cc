#include "widgets/frame/paper_drawing.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/frame/paper_axes.h"
#include "widgets/frame/paper_lines.h"
#include "widgets/frame/paper_type.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kPrinterColumn = 1.0 / 3.0;  // of a line's points: what a printer can tell apart
constexpr double kLineDot = 1.2, kMarkRing = 1.7, kMarkCross = 2.0,
                 kEigenDot = 1.7;  // half of their size
constexpr double kMarkRoom = 4.0;  // of marks at the foot and the head
constexpr int kCirclePoints = 181;

double InUnits(const PaperAxes& axes, double y) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (!std::isfinite(y) || (axes.is_logarithmic() && y <= 0.0)) return kNone;
  return axes.Y(y);
}

QPolygonF PointsOf(const PaperAxes& axes, const std::vector<double>& x,
                   const std::vector<double>& y) {
  QPolygonF points;
  for (std::size_t i = 0; i < x.size() && i < y.size(); ++i) {
    points << QPointF(axes.X(x[i]), InUnits(axes, y[i]));
  }
  return points;
}

// The runs of points whose edges are both there; where a logarithmic axis cannot show the lower
// edge, it is the axis' foot.
void DrawBand(QPainter& painter, const PaperLine& line, const PaperAxes& axes) {
  QColor faint = line.pen.color();
  faint.setAlpha(line.band_opacity);
  painter.setPen(Qt::NoPen);
  painter.setBrush(faint);
  QPolygonF low, high;
  const auto fill = [&] {
    const double left = axes.rect().left();
    QPolygonF area = ThinLine(high, left, kPrinterColumn);
    const QPolygonF below = ThinLine(low, left, kPrinterColumn);
    std::for_each(below.rbegin(), below.rend(), [&](const QPointF& point) { area << point; });
    area = CutPolygon(area, axes.rect());
    if (area.size() > 2) painter.drawPolygon(area);
    low.clear();
    high.clear();
  };
  for (std::size_t i = 0; i < line.low.size() && i < line.x.size(); ++i) {
    const double top = InUnits(axes, line.high[i]);
    double foot = InUnits(axes, line.low[i]);
    if (std::isnan(foot) && axes.is_logarithmic() && line.low[i] <= 0.0)
      foot = axes.rect().bottom();
    if (!std::isfinite(top) || !std::isfinite(foot)) {
      fill();
      continue;
    }
    high << QPointF(axes.X(line.x[i]), top);
    low << QPointF(axes.X(line.x[i]), foot);
  }
  fill();
}

void DrawDisc(QPainter& painter, const QPointF& at, double radius, const QRectF& inside) {
  if (inside.contains(at)) painter.drawEllipse(at, radius, radius);
}

// A point without neighbours is no line: it is seen as a dot.
void DrawLine(QPainter& painter, const PaperLine& line, const PaperAxes& axes) {
  const QPolygonF points = PointsOf(axes, line.x, line.y);
  QPen pen = line.pen;
  pen.setWidthF(kPaperLine);
  pen.setCapStyle(Qt::FlatCap);
  pen.setJoinStyle(Qt::BevelJoin);
  painter.setPen(pen);
  painter.setBrush(Qt::NoBrush);
  const QPolygonF thin = ThinLine(points, axes.rect().left(), kPrinterColumn);
  for (const QPolygonF& part : CutLine(thin, axes.rect())) painter.drawPolyline(part);
  painter.setPen(Qt::NoPen);
  painter.setBrush(line.pen.color());
  const auto is_there = [&](qsizetype i) {
    return i >= 0 && i < points.size() && std::isfinite(points[i].y());
  };
  for (qsizetype i = 0; i < points.size(); ++i) {
    const bool is_alone = !is_there(i - 1) && !is_there(i + 1);
    if (is_there(i) && (line.has_dots || is_alone))
      DrawDisc(painter, points[i], kLineDot, axes.rect());
  }
}

void DrawMark(QPainter& painter, PaperKey::Mark mark, QPointF at, const PaperAxes& axes,
              const Look& look) {
  const QRectF& rect = axes.rect();
  if (at.x() < rect.left() - 1e-6 || at.x() > rect.right() + 1e-6) return;
  switch (mark) {
    case PaperKey::Mark::kCross:
      at.setY(rect.bottom() - kMarkRoom);
      painter.drawLine(at - QPointF(kMarkCross, kMarkCross), at + QPointF(kMarkCross, kMarkCross));
      painter.drawLine(at - QPointF(kMarkCross, -kMarkCross),
                       at + QPointF(kMarkCross, -kMarkCross));
      return;
    case PaperKey::Mark::kTriangle:
      painter.setBrush(painter.pen().color());
      painter.drawPolygon(QPolygonF({{at.x(), rect.top() + kMarkRoom},
                                     {at.x() - kMarkCross, rect.top()},
                                     {at.x() + kMarkCross, rect.top()}}));
      return;
    default:
      painter.setBrush(look.Color(Role::kSurface));
      if (rect.contains(at)) painter.drawEllipse(at, kMarkRing, kMarkRing);
  }
}

void DrawMarks(QPainter& painter, const PaperMarks& marks, const PaperAxes& axes,
               const Look& look) {
  QPen pen = marks.key.pen;
  pen.setWidthF(kPaperLine);
  painter.setPen(pen);
  for (const QPointF& at : marks.at) {
    DrawMark(painter, marks.key.mark, {axes.X(at.x()), InUnits(axes, at.y())}, axes, look);
  }
}

void DrawCircle(QPainter& painter, const PaperAxes& axes, const Look& look) {
  constexpr double kTurn = 6.283185307179586;
  QPolygonF circle;
  for (int i = 0; i < kCirclePoints; ++i) {
    const double angle = kTurn * i / (kCirclePoints - 1);
    circle << QPointF(axes.X(std::cos(angle)), axes.Y(std::sin(angle)));
  }
  painter.setPen(QPen(look.Color(Role::kQuietText), kPaperLine));
  painter.setBrush(Qt::NoBrush);
  for (const QPolygonF& part : CutLine(circle, axes.rect())) painter.drawPolyline(part);
}

}  // namespace

void DrawPaperPanel(QPainter& painter, const PaperPanel& panel, const PaperAxes& axes,
                    const Look& look) {
  painter.save();
  const QRectF& rect = axes.rect();
  if (!panel.map.isNull()) {
    const QRectF area = panel.map_area;
    painter.drawImage(QRectF(QPointF(axes.X(area.left()), axes.Y(area.bottom())),
                             QPointF(axes.X(area.right()), axes.Y(area.top()))),
                      panel.map);
  }
  for (const PaperLine& line : panel.lines) DrawBand(painter, line, axes);
  if (panel.has_circle) DrawCircle(painter, axes, look);
  if (panel.ideal && axes.HasY(*panel.ideal)) {
    painter.setPen(QPen(look.Color(Role::kQuietText), kPaperLine, Qt::DotLine, Qt::FlatCap));
    const double y = axes.Y(*panel.ideal);
    painter.drawLine(QLineF(rect.left(), y, rect.right(), y));
  }
  for (const PaperChange& change : panel.changes) {
    if (!axes.HasX(change.x)) continue;
    painter.setPen(QPen(look.Color(Role::kText), 0.5,
                        change.is_undone ? Qt::DashLine : Qt::SolidLine, Qt::FlatCap));
    painter.drawLine(QLineF(axes.X(change.x), rect.top(), axes.X(change.x), rect.bottom()));
  }
  for (const PaperLine& line : panel.lines) DrawLine(painter, line, axes);
  painter.setPen(QPen(look.Color(Role::kQuietText), 0.4));
  for (const PaperDot& dot : panel.dots) {
    painter.setBrush(dot.color);
    DrawDisc(painter, {axes.X(dot.at.x()), axes.Y(dot.at.y())}, kEigenDot, rect);
  }
  for (const PaperMarks& marks : panel.marks) DrawMarks(painter, marks, axes, look);
  painter.restore();
}

void DrawPaperNumbers(QPainter& painter, const PaperPanel& panel, const PaperAxes& axes,
                      const Look& look) {
  painter.setPen(look.Color(Role::kText));
  double end = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < panel.changes.size(); ++i) {
    if (!axes.HasX(panel.changes[i].x)) continue;
    const QString text = QString::number(i + 1);
    // Numbers of changes that are close stand one after the other.
    const double half = 0.5 * PaperTextWidth(text, true);
    const double x = std::max(axes.X(panel.changes[i].x), end + half);
    DrawPaperText(painter, {x, axes.rect().top() - 0.5 * kPaperNumbersHeight}, 0.5, text, true);
    end = x + half + 2.0;
  }
}

}  // namespace mhc
