// The exponential mean of a series over the steps before, kept current as the series grows.
//
// Free of Qt. Thread rule: plain data; one thread at a time.
#pragma once

#include "widgets/document/series.h"

namespace mhc {

class SmoothedSeries {
 public:
  // Each step counts 1 − 1/`steps` of the one after it; the first steps are means of what there is.
  explicit SmoothedSeries(int steps);

  // Takes what `raw` has more than before, or all of it where training went back.
  void Follow(const Series& raw);
  // NaN where the raw value is not finite; such a value is left out of the mean.
  const Series& series() const { return smooth_; }
  int steps() const { return steps_; }

 private:
  int steps_;
  std::int64_t revision_ = 0;  // of the raw series
  double sum_ = 0.0, weight_ = 0.0;
  Series smooth_;
};

}  // namespace mhc
