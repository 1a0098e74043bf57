#include "core/manifold/spread.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

namespace mhc {
namespace {

// Where the sum overflows, each term is divided before it is added, so that the mean of finite
// values stays finite; elsewhere that would round the mean of equal values.
double Mean(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  if (std::isfinite(sum)) return sum / count;
  double mean = 0.0;
  for (const double value : values) mean += value / count;
  return mean;
}

}  // namespace

double Quantile(const std::vector<double>& rising, double share) {
  assert(!rising.empty());
  const double place = share * static_cast<double>(rising.size() - 1);
  const double below = std::floor(place);
  const double part = place - below;
  const double lower = rising[static_cast<std::size_t>(below)];
  if (part == 0.0) return lower;
  const double upper = rising[static_cast<std::size_t>(below) + 1];
  if (lower == upper || std::isinf(lower)) return lower;
  return std::isinf(upper) ? upper : std::lerp(lower, upper, part);
}

Spread SpreadOf(std::vector<double> values) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  for (const double value : values) {
    if (std::isnan(value)) return {kNan, kNan, kNan, kNan, kNan, kNan, kNan, kNan};
  }
  const double mean = Mean(values);
  std::sort(values.begin(), values.end());
  return {.median = Quantile(values, 0.5),
          .mean = mean,
          .p1 = Quantile(values, 0.01),
          .p10 = Quantile(values, 0.1),
          .p90 = Quantile(values, 0.9),
          .p99 = Quantile(values, 0.99),
          .minimum = values.front(),
          .maximum = values.back()};
}

}  // namespace mhc
