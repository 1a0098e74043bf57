#include "widgets/scope/scope_painter.h"

#include <QPainter>
#include <algorithm>

#include "widgets/scope/scope_drawing.h"
#include "widgets/scope/scope_spot.h"

namespace mhc {
namespace {

constexpr double kRoomForText = 400.0;  // px, more than any label is long

void PaintRibbon(QPainter& painter, const ScopeRibbon& ribbon, bool emphasised) {
  QColor color = ribbon.color;
  double width = ribbon.width;
  if (emphasised) {
    color.setAlphaF(1.0);
    width = std::max(width, 2.5);
  }
  QPen pen(color, width, Qt::SolidLine, Qt::FlatCap);
  if (ribbon.dashed) pen.setDashPattern({kScopeDash / width, kScopeGap / width});
  painter.strokePath(CurveOf(ribbon).Path(), pen);
}

void PaintDot(QPainter& painter, const ScopeDot& dot, const ScopePicture& picture,
              bool emphasised) {
  const QColor ink = emphasised ? picture.accent : dot.color;
  // A rim of the surface's colour keeps it apart from the ribbon below.
  painter.setPen(Qt::NoPen);
  painter.setBrush(picture.surface);
  const double rim = dot.radius + picture.line;
  painter.drawEllipse(dot.centre, rim, rim);
  if (dot.writes) {
    painter.setPen(QPen(ink, 1.25 * picture.line));
    painter.drawEllipse(dot.centre, dot.radius, dot.radius);
  } else {
    painter.setBrush(ink);
    painter.drawEllipse(dot.centre, dot.radius, dot.radius);
  }
  if (dot.negative && dot.radius > 2.0) {
    painter.setPen(QPen(dot.writes ? ink : picture.surface, 1.25 * picture.line));
    const QPointF half(0.55 * dot.radius, 0);
    painter.drawLine(dot.centre - half, dot.centre + half);
  }
}

void PaintText(QPainter& painter, const ScopeText& text) {
  const double left = text.point.x() - text.align * kRoomForText;
  const QRectF room(left, text.point.y() - kRoomForText / 2, kRoomForText, kRoomForText);
  const Qt::Alignment across = text.align == 0.0   ? Qt::AlignLeft
                               : text.align == 1.0 ? Qt::AlignRight
                                                   : Qt::AlignHCenter;
  painter.setPen(text.color);
  painter.drawText(room, static_cast<int>(across | Qt::AlignVCenter), text.text);
}

}  // namespace

void PaintScope(QPainter& painter, const ScopePicture& picture, const ScopeSpot& spot) {
  using Kind = ScopeSpot::Kind;
  const auto is = [&spot](Kind kind, std::size_t index) {
    return spot.kind == kind && spot.index == static_cast<int>(index);
  };
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setClipRect(picture.plot.adjusted(-1, -6, 1, 3));
  painter.setBrush(Qt::NoBrush);
  for (std::size_t i = 0; i < picture.ribbons.size(); ++i) {
    if (!is(Kind::kRibbon, i)) PaintRibbon(painter, picture.ribbons[i], false);
  }
  for (std::size_t i = 0; i < picture.bars.size(); ++i) {
    painter.fillRect(picture.bars[i].rect, picture.bars[i].color);
    if (!is(Kind::kBar, i)) continue;
    painter.setPen(QPen(picture.accent, picture.line));
    painter.drawRect(picture.bars[i].rect.adjusted(-1, -1, 1, 1));
  }
  if (spot.kind == Kind::kRibbon) {
    PaintRibbon(painter, picture.ribbons[static_cast<std::size_t>(spot.index)], true);
  }
  for (std::size_t i = 0; i < picture.dots.size(); ++i) {
    PaintDot(painter, picture.dots[i], picture, is(Kind::kDot, i));
  }
  painter.setBrush(Qt::NoBrush);
  if (picture.outline) {
    painter.setPen(QPen(picture.accent, 1.5 * picture.line));
    painter.drawRoundedRect(*picture.outline, 3.0, 3.0);
  }
  painter.setClipping(false);
  for (const ScopeText& text : picture.texts) PaintText(painter, text);
  painter.restore();
}

}  // namespace mhc
