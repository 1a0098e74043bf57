// One run's curve of a scalar against the step: its envelope, its exponential mean where that is
// wanted, a second scalar as points, and crosses where a step was skipped or not finite.
//
// Thread rule: the window's thread. Lifetime: its graphs belong to the plot, its series to the run.
#pragma once

#include "widgets/look/custom_plot.h"

#include <QPen>

#include "widgets/document/series.h"
#include "widgets/frame/line_sample.h"

namespace mhc {

// The lengths may differ.
struct CurveSource {
  const Series* values = nullptr;
  const Series* mean = nullptr;    // drawn instead, with the values as a ghost behind; may be none
  const Series* points = nullptr;  // measured now and then; may be none
  const Series* low = nullptr;     // edges of a band behind; may be none
  const Series* high = nullptr;
  const Series* skipped = nullptr;  // 1 where the step was skipped
  bool is_sparse = false;           // measured now and then: the line goes on over what was not
};

class RunCurve {
 public:
  explicit RunCurve(QCustomPlot& plot);

  void SetPen(const QPen& pen, const QColor& surface, const QColor& bad);
  // Draws the steps of `range` in about that many stretches a pixel.
  void Fill(const CurveSource& source, const QCPRange& range, int stretches_per_pixel);
  void Clear();
  // Of the line as it was filled last.
  QPen pen() const { return line_.pen(); }

  // What marks validation, with its own thin line.
  static LineSample PointSample(const QPen& pen);

 private:
  QCPGraph& MakeGraph(QCustomPlot& plot);

  QCPGraph& low_;
  QCPGraph& high_;
  QCPGraph& ghost_;
  QCPGraph& line_;
  QCPGraph& halo_;  // parts the points from the line under them
  QCPGraph& points_;
  QCPGraph& crosses_;
  QPen pen_;
};

// The finite values of a range of steps, on a logarithmic axis the positive ones.
Extent ExtentOnAxis(const Series& series, std::int64_t first, std::int64_t last, bool logarithmic);

}  // namespace mhc
