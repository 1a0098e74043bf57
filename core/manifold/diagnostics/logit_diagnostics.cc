#include "core/manifold/diagnostics/logit_diagnostics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/manifold/matrix.h"

namespace mhc {

double RelativeRange(std::span<const double> logits) {
  if (logits.empty()) return 0.0;
  const Eigen::Map<const Vector> z(logits.data(), static_cast<Eigen::Index>(logits.size()));
  return z.maxCoeff<Eigen::PropagateNaN>() - z.minCoeff<Eigen::PropagateNaN>();
}

double WideShare(std::span<const double> relative_ranges) {
  if (relative_ranges.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto is_nan = [](double range) { return std::isnan(range); };
  if (std::any_of(relative_ranges.begin(), relative_ranges.end(), is_nan)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const auto wide = std::count_if(relative_ranges.begin(), relative_ranges.end(),
                                  [](double range) { return range > kWideRange; });
  return static_cast<double>(wide) / static_cast<double>(relative_ranges.size());
}

double DecayFactor(std::span<const double> learning_rates, double weight_decay) {
  double factor = 1.0;
  for (const double rate : learning_rates) factor *= 1.0 - rate * weight_decay;
  return factor;
}

std::vector<double> DecayedLogits(std::span<const double> logits,
                                  std::span<const double> learning_rates, double weight_decay) {
  const double factor = DecayFactor(learning_rates, weight_decay);
  std::vector<double> decayed(logits.begin(), logits.end());
  for (double& logit : decayed) logit *= factor;
  return decayed;
}

}  // namespace mhc
