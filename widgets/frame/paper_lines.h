// Lines and bands cut to a rectangle as geometry: not every vector format cuts what is drawn.
//
// Thread rule: pure functions.
#pragma once

#include <QPolygonF>
#include <QRectF>
#include <vector>

namespace mhc {

// The parts of a line inside the rectangle. A point that is not finite breaks the line.
std::vector<QPolygonF> CutLine(const QPolygonF& line, const QRectF& inside);
// Of a closed polygon of finite points.
QPolygonF CutPolygon(const QPolygonF& polygon, const QRectF& inside);
// The same line to the eye in a picture of `columns` of that width from `left` on: of each column
// the first, the lowest, the highest and the last point stay, so that no spike is lost. x rises.
QPolygonF ThinLine(const QPolygonF& line, double left, double column);

}  // namespace mhc
