#include "widgets/frame/paper_lines.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mhc {
namespace {

bool IsFinite(const QPointF& point) { return std::isfinite(point.x()) && std::isfinite(point.y()); }

// Liang and Barsky: the share of the segment that is inside; false where none is.
bool CutSegment(const QPointF& from, const QPointF& to, const QRectF& inside, double& begin,
                double& end) {
  begin = 0.0;
  end = 1.0;
  const QPointF by = to - from;
  const double steps[] = {-by.x(), by.x(), -by.y(), by.y()};
  const double room[] = {from.x() - inside.left(), inside.right() - from.x(),
                         from.y() - inside.top(), inside.bottom() - from.y()};
  for (int side = 0; side < 4; ++side) {
    if (steps[side] == 0.0) {
      if (room[side] < 0.0) return false;
      continue;
    }
    const double at = room[side] / steps[side];
    if (steps[side] < 0.0) {
      begin = std::max(begin, at);
    } else {
      end = std::min(end, at);
    }
  }
  return begin <= end;
}

// Sutherland and Hodgman at one side: what is at or beyond `limit` in the direction `sign` goes.
template <class Coordinate>
QPolygonF CutAtSide(const QPolygonF& polygon, Coordinate of, double limit, double sign) {
  QPolygonF kept;
  const auto is_inside = [&](const QPointF& point) { return sign * (of(point) - limit) <= 0.0; };
  for (qsizetype i = 0; i < polygon.size(); ++i) {
    const QPointF& from = polygon[i];
    const QPointF& to = polygon[(i + 1) % polygon.size()];
    if (is_inside(from)) kept << from;
    if (is_inside(from) != is_inside(to)) {
      kept << from + (to - from) * (limit - of(from)) / (of(to) - of(from));
    }
  }
  return kept;
}

}  // namespace

std::vector<QPolygonF> CutLine(const QPolygonF& line, const QRectF& inside) {
  std::vector<QPolygonF> parts;
  bool goes_on = false;
  for (qsizetype i = 0; i + 1 < line.size(); ++i) {
    const QPointF& from = line[i];
    const QPointF& to = line[i + 1];
    double begin = 0.0, end = 1.0;
    if (!IsFinite(from) || !IsFinite(to) || !CutSegment(from, to, inside, begin, end)) {
      goes_on = false;
      continue;
    }
    if (!goes_on || begin > 0.0) parts.push_back({from + begin * (to - from)});
    parts.back() << from + end * (to - from);
    goes_on = end == 1.0;
  }
  return parts;
}

QPolygonF CutPolygon(const QPolygonF& polygon, const QRectF& inside) {
  const auto x = [](const QPointF& point) { return point.x(); };
  const auto y = [](const QPointF& point) { return point.y(); };
  QPolygonF kept = CutAtSide(polygon, x, inside.right(), 1.0);
  kept = CutAtSide(kept, x, inside.left(), -1.0);
  kept = CutAtSide(kept, y, inside.bottom(), 1.0);
  return CutAtSide(kept, y, inside.top(), -1.0);
}

QPolygonF ThinLine(const QPolygonF& line, double left, double column) {
  QPolygonF thin;
  const auto column_of = [&](const QPointF& point) {
    return std::floor((point.x() - left) / column);
  };
  for (qsizetype begin = 0; begin < line.size();) {
    if (!IsFinite(line[begin])) {
      thin << line[begin++];
      continue;
    }
    qsizetype end = begin, lowest = begin, highest = begin;
    while (end < line.size() && IsFinite(line[end]) &&
           column_of(line[end]) == column_of(line[begin])) {
      if (line[end].y() < line[lowest].y()) lowest = end;
      if (line[end].y() > line[highest].y()) highest = end;
      ++end;
    }
    qsizetype last = -1;
    for (const qsizetype kept :
         {begin, std::min(lowest, highest), std::max(lowest, highest), end - 1}) {
      if (kept > last) thin << line[kept];
      last = std::max(last, kept);
    }
    begin = end;
  }
  return thin;
}

}  // namespace mhc
