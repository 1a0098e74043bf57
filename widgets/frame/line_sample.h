// How a line is drawn: its pen, its dots, the band around it. A picture and the key of its legend
// take both from here, so that they look alike.
//
// Thread rule: the window's thread.
#pragma once

#include "widgets/look/custom_plot.h"

namespace mhc {

// What marks the single values of a line: filled in the line's colour, or open in the surface's.
struct LineDot {
  enum class Shape { kNone, kCircle, kSquare, kDiamond, kTriangle };
  Shape shape = Shape::kNone;
  double size = 0.0;  // px
  bool is_open = false;
  bool operator==(const LineDot&) const = default;

  QCPScatterStyle Style(const QPen& line, const QColor& surface) const;
};

struct LineSample {
  QPen pen;  // as the line's own, its width too
  LineDot dot;
  bool has_band = false;
  bool operator==(const LineSample&) const = default;
};

constexpr double kSampleLength = 22.0;  // shows every dash at least once

// Around `middle`, `length` long.
void PaintLineSample(QCPPainter& painter, const LineSample& sample, const QPointF& middle,
                     const QColor& surface, double length = kSampleLength);

}  // namespace mhc
