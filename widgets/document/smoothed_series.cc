#include "widgets/document/smoothed_series.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mhc {

SmoothedSeries::SmoothedSeries(int steps) : steps_(std::max(steps, 1)) {}

void SmoothedSeries::Follow(const Series& raw) {
  if (raw.revision() != revision_) {
    revision_ = raw.revision();
    smooth_.Truncate(0);
    sum_ = weight_ = 0.0;
  }
  const double kept = 1.0 - 1.0 / steps_;
  std::vector<double> means;
  for (std::int64_t step = smooth_.last_step() + 1; step <= raw.last_step(); ++step) {
    const double value = raw.At(step);
    if (!std::isfinite(value)) {
      means.push_back(std::numeric_limits<double>::quiet_NaN());
      continue;
    }
    sum_ = kept * sum_ + value;
    weight_ = kept * weight_ + 1.0;
    means.push_back(sum_ / weight_);
  }
  if (!means.empty()) smooth_.Append(means);
}

}  // namespace mhc
