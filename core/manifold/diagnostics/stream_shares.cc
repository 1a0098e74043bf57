#include "core/manifold/diagnostics/stream_shares.h"

#include <limits>

namespace mhc {
namespace {

constexpr double kNoShare = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Vector StreamShares(const Vector& weights) {
  const bool are_shares = weights.allFinite() && weights.minCoeff() >= 0.0 && !weights.isZero(0.0);
  if (!are_shares) return Vector::Constant(weights.size(), kNoShare);
  // Relative to the largest, so that the sum does not overflow.
  const Vector relative = weights / weights.maxCoeff();
  return relative / relative.sum();
}

Vector SignalShares(const Vector& weights, const Matrix& streams) {
  Vector passed = weights;
  for (Eigen::Index i = 0; i < passed.size(); ++i) passed(i) *= streams.row(i).stableNorm();
  return StreamShares(passed);
}

double EffectiveStreams(const Vector& shares) { return 1.0 / shares.squaredNorm(); }

DominantStream FindDominantStream(const Vector& shares) {
  if (!shares.allFinite()) return {-1, kNoShare};
  Eigen::Index stream = 0;
  const double share = shares.maxCoeff(&stream);
  return {static_cast<int>(stream), share};
}

}  // namespace mhc
