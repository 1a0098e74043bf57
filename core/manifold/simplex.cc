#include "core/manifold/simplex.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace mhc {

Vector Softmax(std::span<const double> logits) {
  const Eigen::Map<const Vector> z(logits.data(), static_cast<Eigen::Index>(logits.size()));
  // Relative to the largest, so that no exponential overflows and one of them is 1.
  const Vector shares = (z.array() - z.maxCoeff()).exp().matrix();
  return shares / shares.sum();
}

Vector SoftmaxPullback(const Vector& shares, const Vector& grad_shares) {
  const double mean = shares.dot(grad_shares);
  return (shares.array() * (grad_shares.array() - mean)).matrix();
}

Vector ProjectToSimplex(const Vector& values) {
  std::vector<double> falling(values.begin(), values.end());
  std::sort(falling.begin(), falling.end(), std::greater<>());
  double sum = 0.0;
  double shift = 0.0;
  for (std::size_t k = 0; k < falling.size(); ++k) {
    sum += falling[k];
    const double candidate = (sum - 1.0) / static_cast<double>(k + 1);
    if (falling[k] > candidate) shift = candidate;
  }
  return (values.array() - shift).max(0.0).matrix();
}

Vector LogitsOfShares(const Vector& shares) {
  const double smallest = std::exp(-kSoftmaxSpread);
  return (shares.array() / shares.maxCoeff()).max(smallest).log().matrix();
}

}  // namespace mhc
