#include "widgets/scope/scope_draw_list.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "widgets/scope/scope_drawing.h"
#include "widgets/scope/scope_spot.h"

namespace mhc {
namespace {

ImU32 Color(const QColor& color) {
  return IM_COL32(color.red(), color.green(), color.blue(), color.alpha());
}

// The picture's pixels on the device's, where ImGui's lines are sharp.
class DevicePen {
 public:
  DevicePen(ImDrawList& list, const ScopePicture& picture, double scale)
      : list_(list), picture_(picture), scale_(scale) {}

  ImVec2 At(QPointF point) const {
    return {static_cast<float>(point.x() * scale_), static_cast<float>(point.y() * scale_)};
  }
  float Long(double length) const { return static_cast<float>(length * scale_); }

  void Ribbon(const ScopeRibbon& ribbon, bool emphasised) {
    const ScopeCurve curve = CurveOf(ribbon);
    QColor color = ribbon.color;
    double width = ribbon.width;
    if (emphasised) {
      color.setAlphaF(1.0);
      width = std::max(width, 2.5);
    }
    // ImGui draws lines of a whole width from its texture, three times faster than others. A line
    // that becomes wider becomes as much paler.
    const double full = std::max(1.0, std::round(width * scale_));
    color.setAlphaF(static_cast<float>(color.alphaF() * std::min(1.0, width * scale_ / full)));
    const double way =
        std::abs(curve.p3.x() - curve.p0.x()) + std::abs(curve.p3.y() - curve.p0.y());
    if (ribbon.dashed) {
      Dashed(curve, way, Color(color), static_cast<float>(full));
    } else {
      const int pieces = std::clamp(static_cast<int>(4.0 + std::sqrt(way * scale_)), 6, 32);
      list_.AddBezierCubic(At(curve.p0), At(curve.p1), At(curve.p2), At(curve.p3), Color(color),
                           static_cast<float>(full), pieces);
    }
  }

  void Dot(const ScopeDot& dot, bool emphasised) {
    const QColor ink = emphasised ? picture_.accent : dot.color;
    const float radius = Long(dot.radius), line = Long(1.25 * picture_.line);
    const ImVec2 centre = At(dot.centre);
    list_.AddCircleFilled(centre, radius + Long(picture_.line), Color(picture_.surface));
    if (dot.writes) {
      list_.AddCircle(centre, radius, Color(ink), 0, line);
    } else {
      list_.AddCircleFilled(centre, radius, Color(ink));
    }
    if (dot.negative && dot.radius > 2.0) {
      const float half = Long(0.55 * dot.radius);
      list_.AddLine({centre.x - half, centre.y}, {centre.x + half, centre.y},
                    Color(dot.writes ? ink : picture_.surface), line);
    }
  }

  void Box(const QRectF& rect, const QColor& color, double line, double rounding) {
    list_.AddRect(At(rect.topLeft()), At(rect.bottomRight()), Color(color), Long(rounding), 0,
                  Long(line));
  }

 private:
  // Walks the curve, `way` long or a little less, in short pieces and lifts the pen in the gaps.
  void Dashed(const ScopeCurve& curve, double way, ImU32 color, float width) {
    const int pieces = std::clamp(static_cast<int>(way), 24, 400);
    double walked = 0.0;
    bool down = true;
    QPointF before = curve.p0;
    list_.PathLineTo(At(before));
    const auto lift = [&] {
      list_.PathLineTo(At(before));
      list_.PathStroke(color, 0, width);
    };
    for (int i = 1; i <= pieces; ++i) {
      const QPointF next = curve.At(static_cast<double>(i) / pieces);
      walked += std::hypot(next.x() - before.x(), next.y() - before.y());
      const bool is_down = std::fmod(walked, kScopeDash + kScopeGap) < kScopeDash;
      if (down && !is_down) lift();
      if (!down && is_down) list_.PathLineTo(At(next));
      down = is_down;
      before = next;
    }
    if (down) lift();
  }

  ImDrawList& list_;
  const ScopePicture& picture_;
  const double scale_;
};

void ListTexts(ImDrawList& list, ImFont& font, const ScopePicture& picture, double scale) {
  for (const ScopeText& text : picture.texts) {
    const QByteArray utf8 = text.text.toUtf8();
    const ImVec2 size = font.CalcTextSizeA(font.FontSize, 1e6F, 0.0F, utf8.constData());
    const ImVec2 at{static_cast<float>(std::round(text.point.x() * scale - text.align * size.x)),
                    static_cast<float>(std::round(text.point.y() * scale - size.y / 2))};
    list.AddText(&font, font.FontSize, at, Color(text.color), utf8.constData());
  }
}

}  // namespace

void ListScope(ImDrawList& list, ImFont& font, const ScopePicture& picture, const ScopeSpot& spot,
               double scale) {
  using Kind = ScopeSpot::Kind;
  const auto is = [&spot](Kind kind, std::size_t index) {
    return spot.kind == kind && spot.index == static_cast<int>(index);
  };
  DevicePen pen(list, picture, scale);
  const QRectF clip = picture.plot.adjusted(-1, -6, 1, 3);
  list.PushClipRect(pen.At(clip.topLeft()), pen.At(clip.bottomRight()));
  for (std::size_t i = 0; i < picture.ribbons.size(); ++i) {
    if (!is(Kind::kRibbon, i)) pen.Ribbon(picture.ribbons[i], false);
  }
  for (std::size_t i = 0; i < picture.bars.size(); ++i) {
    const ScopeBar& bar = picture.bars[i];
    list.AddRectFilled(pen.At(bar.rect.topLeft()), pen.At(bar.rect.bottomRight()),
                       Color(bar.color));
    if (is(Kind::kBar, i)) {
      pen.Box(bar.rect.adjusted(-1, -1, 1, 1), picture.accent, picture.line, 0.0);
    }
  }
  if (spot.kind == Kind::kRibbon) {
    pen.Ribbon(picture.ribbons[static_cast<std::size_t>(spot.index)], true);
  }
  for (std::size_t i = 0; i < picture.dots.size(); ++i) {
    pen.Dot(picture.dots[i], is(Kind::kDot, i));
  }
  if (picture.outline) pen.Box(*picture.outline, picture.accent, 1.5 * picture.line, 3.0);
  list.PopClipRect();
  ListTexts(list, font, picture, scale);
}

}  // namespace mhc
