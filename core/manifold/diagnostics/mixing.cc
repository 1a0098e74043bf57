#include "core/manifold/diagnostics/mixing.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/manifold/diagnostics/sums.h"

namespace mhc {

double NormalizedEntropy(const Matrix& matrix) {
  // Finite Sinkhorn leaves the sums of one side short of 1; what is further off is no distribution.
  constexpr double kRounding = 1e-12, kShortOfOne = 0.5;
  const Eigen::Index n = matrix.rows();
  const bool is_distribution =
      matrix.allFinite() && matrix.minCoeff() >= -kRounding &&
      (matrix.rowwise().sum().array() - 1.0).abs().maxCoeff() < kShortOfOne;
  if (!is_distribution) return std::numeric_limits<double>::quiet_NaN();
  if (n == 1) return 0.0;
  double sum = 0.0;
  for (const double weight : matrix.reshaped()) {
    if (weight > 0.0) sum -= weight * std::log(weight);
  }
  return sum / static_cast<double>(n) / std::log(static_cast<double>(n));
}

double Dobrushin(const Matrix& matrix) {
  if (!matrix.allFinite()) return std::numeric_limits<double>::quiet_NaN();
  double largest = 0.0;
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    for (Eigen::Index k = 0; k < i; ++k) {
      largest = std::max(largest, 0.5 * (matrix.row(i) - matrix.row(k)).cwiseAbs().sum());
    }
  }
  return largest;
}

double DobrushinBound(std::span<const Matrix> factors) {
  assert(!factors.empty());
  const auto n = static_cast<double>(factors.front().rows());
  double bound = std::sqrt(n);
  for (const Matrix& factor : factors) bound *= 1.0 - n * MinimumEntry(factor);
  return bound;
}

}  // namespace mhc
