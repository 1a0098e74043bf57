#include "widgets/scope/scope_spot.h"

#include <QObject>
#include <algorithm>
#include <cmath>

#include "widgets/document/view_context.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

constexpr double kReach = 3.0;  // px beside a thing that still mean it

double Distance(QPointF a, QPointF b) { return std::hypot(a.x() - b.x(), a.y() - b.y()); }

double DistanceToSegment(QPointF point, QPointF a, QPointF b) {
  const QPointF along = b - a;
  const double length = QPointF::dotProduct(along, along);
  const double t =
      length > 0.0 ? std::clamp(QPointF::dotProduct(point - a, along) / length, 0.0, 1.0) : 0.0;
  return Distance(point, a + t * along);
}

double DistanceToRibbon(QPointF point, const ScopeRibbon& ribbon) {
  constexpr int kPieces = 24;
  const ScopeCurve curve = CurveOf(ribbon);
  double nearest = 1e9;
  QPointF before = curve.p0;
  for (int i = 1; i <= kPieces; ++i) {
    const QPointF next = curve.At(static_cast<double>(i) / kPieces);
    nearest = std::min(nearest, DistanceToSegment(point, before, next));
    before = next;
  }
  return nearest - ribbon.width / 2;
}

int DotAt(const ScopePicture& picture, QPointF point) {
  int found = -1;
  double nearest = kReach;
  for (std::size_t i = 0; i < picture.dots.size(); ++i) {
    const double distance = Distance(point, picture.dots[i].centre) - picture.dots[i].radius;
    if (distance > nearest) continue;
    nearest = distance;
    found = static_cast<int>(i);
  }
  return found;
}

// The topmost of those under the point, else the nearest.
int RibbonAt(const ScopePicture& picture, QPointF point) {
  int found = -1;
  double nearest = kReach;
  for (std::size_t i = 0; i < picture.ribbons.size(); ++i) {
    const ScopeRibbon& ribbon = picture.ribbons[i];
    if (point.x() < ribbon.start.x() || point.x() > ribbon.end.x()) continue;
    const double distance = std::max(0.0, DistanceToRibbon(point, ribbon));
    if (distance > nearest) continue;
    nearest = distance;
    found = static_cast<int>(i);
  }
  return found;
}

int BarAt(const ScopePicture& picture, QPointF point) {
  for (std::size_t i = 0; i < picture.bars.size(); ++i) {
    const QRectF reach = picture.bars[i].rect.adjusted(0, -kReach, 0, kReach);
    if (reach.contains(point)) return static_cast<int>(i);
  }
  return -1;
}

QString RibbonText(const ScopeRibbon& ribbon) {
  if (ribbon.to == ribbon.from) {
    return QObject::tr("%1: stream %2 keeps %3 of itself")
        .arg(SiteText(ribbon.site))
        .arg(ribbon.to)
        .arg(ValueText(ribbon.weight, 3));
  }
  return QObject::tr("%1: stream %2 takes %3 from stream %4")
      .arg(SiteText(ribbon.site))
      .arg(ribbon.to)
      .arg(ValueText(ribbon.weight, 3))
      .arg(ribbon.from);
}

QString DotText(const ScopeDot& dot) {
  return (dot.writes ? QObject::tr("%1 writes with weight %2 to stream %3")
                     : QObject::tr("%1 reads with weight %2 from stream %3"))
      .arg(SiteText(dot.site), ValueText(dot.weight, 3))
      .arg(dot.stream);
}

QString BarText(const ScopeBar& bar, int sites) {
  const QString rms = ValueText(bar.rms, 3);
  if (bar.state == sites) {
    return QObject::tr("stream %1 after the last site: RMS %2").arg(bar.stream).arg(rms);
  }
  return QObject::tr("stream %1 before site %2: RMS %3").arg(bar.stream).arg(bar.state).arg(rms);
}

}  // namespace

ScopeSpot SpotAt(const ScopePicture& picture, const StackMaps& maps, QPointF point) {
  using Kind = ScopeSpot::Kind;
  const QRectF reach = picture.plot.adjusted(0, 0, 0, picture.type + 6.0);
  if (!reach.contains(point) || picture.site_width <= 0.0) return {};
  const double place = picture.span.first + (point.x() - picture.plot.left()) / picture.site_width;
  const int site = static_cast<int>(std::floor(place));
  const bool inside = site >= 0 && site < maps.sites;
  if (const int dot = DotAt(picture, point); dot >= 0) {
    return {Kind::kDot, picture.dots[static_cast<std::size_t>(dot)].site, dot};
  }
  if (const int ribbon = RibbonAt(picture, point); ribbon >= 0) {
    return {Kind::kRibbon, picture.ribbons[static_cast<std::size_t>(ribbon)].site, ribbon};
  }
  if (const int bar = BarAt(picture, point); bar >= 0) {
    return {Kind::kBar, inside ? site : -1, bar};
  }
  if (inside) return {Kind::kSite, site, -1};
  return {};
}

QString SpotText(const ScopeSpot& spot, const ScopePicture& picture, const StackMaps& maps) {
  const auto index = static_cast<std::size_t>(spot.index);
  switch (spot.kind) {
    case ScopeSpot::Kind::kDot:
      return DotText(picture.dots[index]);
    case ScopeSpot::Kind::kRibbon:
      return RibbonText(picture.ribbons[index]);
    case ScopeSpot::Kind::kBar:
      return BarText(picture.bars[index], maps.sites);
    case ScopeSpot::Kind::kSite:
      return SiteText(spot.site);
    case ScopeSpot::Kind::kNothing:
      break;
  }
  return {};
}

}  // namespace mhc
