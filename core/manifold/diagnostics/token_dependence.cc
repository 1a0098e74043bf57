#include "core/manifold/diagnostics/token_dependence.h"

#include <cassert>
#include <cmath>
#include <limits>

namespace mhc {

Vector TokenDeviation(const Matrix& coefficients) {
  const Matrix centred = coefficients.rowwise() - coefficients.colwise().mean();
  return centred.colwise().norm().transpose() / std::sqrt(static_cast<double>(coefficients.rows()));
}

double TokenDependence(std::span<const Matrix> sites) {
  assert(!sites.empty());
  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(sites.front().cols());
  double tokens = 0.0;
  for (const Matrix& site : sites) {
    mean += site.colwise().sum();
    tokens += static_cast<double>(site.rows());
  }
  mean /= tokens;
  double within = 0.0, total = 0.0;
  for (const Matrix& site : sites) {
    within += (site.rowwise() - site.colwise().mean()).squaredNorm();
    total += (site.rowwise() - mean).squaredNorm();
  }
  // What the rounding of the means leaves of equal coefficients is no variance.
  const double rounding = 4.0 * std::numeric_limits<double>::epsilon() * mean.norm();
  return total <= tokens * rounding * rounding ? 0.0 : within / total;
}

}  // namespace mhc
