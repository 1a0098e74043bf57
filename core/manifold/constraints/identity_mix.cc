#include "core/manifold/constraints/identity_mix.h"

#include <algorithm>

#include "core/manifold/constraints/sinkhorn.h"
#include "core/manifold/sigmoid.h"
#include "core/manifold/simplex.h"

namespace mhc {
namespace {

constexpr double kGateStart = -4.0;
constexpr double kLargestFitGate = 8.0;  // σ' there is that of a softmax at its bound

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions& options) {
  // Of one stream both are 1; the gates' sum is so only to rounding.
  const MapGuarantees inner = SinkhornGuarantees(options);
  if (streams == 1 && (inner.rows || inner.columns)) return Matrix::Ones(1, 1);
  Matrix matrix = Sigmoid(logits[0]) * SinkhornMap(logits.subspan(1), streams, options);
  matrix.diagonal().array() += Sigmoid(-logits[0]);
  return matrix;
}

std::vector<double> Pullback(std::span<const double> logits, int streams,
                             const ConstraintOptions& options, const Matrix& grad_matrix) {
  // exp alone reaches the largest double, of which sums would overflow.
  constexpr double kLargest = 1e200;
  const std::span<const double> inner = logits.subspan(1);
  const Matrix difference =
      SinkhornMap(inner, streams, options).cwiseMin(kLargest) - Matrix::Identity(streams, streams);
  std::vector<double> grad = {SigmoidSlope(logits[0]) * grad_matrix.cwiseProduct(difference).sum()};
  const std::vector<double> grad_inner =
      SinkhornPullback(inner, streams, options, Sigmoid(logits[0]) * grad_matrix);
  grad.insert(grad.end(), grad_inner.begin(), grad_inner.end());
  return grad;
}

std::vector<double> Start(int streams, const ConstraintOptions&) {
  std::vector<double> logits(1 + streams * streams, 0.0);
  logits[0] = kGateStart;
  return logits;
}

// The gate at twice what the smallest diagonal entry asks for: what S must then be has a diagonal
// of ½ or more, well within its reach.
std::vector<double> FitStart(const Matrix& target, const ConstraintOptions& options) {
  const double asked = 2.0 * (1.0 - target.diagonal().minCoeff());
  const double gate = Logit(asked, kLargestFitGate);
  const Matrix identity = Matrix::Identity(target.rows(), target.cols());
  const Matrix inner = (target - Sigmoid(-gate) * identity) / Sigmoid(gate);
  std::vector<double> logits = SinkhornFitStart(inner, options);
  // About 0, where the bound of the fit lies. exp alone has no free constant.
  if (options.Integer("iterations") > 0) {
    const auto [smallest, largest] = std::minmax_element(logits.begin(), logits.end());
    const double centre = 0.5 * (*smallest + *largest);
    for (double& logit : logits) logit -= centre;
  }
  logits.insert(logits.begin(), gate);
  return logits;
}

std::vector<double> FitLimits(int streams, const ConstraintOptions&) {
  std::vector<double> limits(1 + streams * streams, kSoftmaxSpread / 2.0);
  limits[0] = kLargestFitGate;
  return limits;
}

}  // namespace

MixingConstraint IdentityMixConstraint() {
  return {
      .name = "identity_mix",
      .code = "C14",
      .text = "A gate between no mixing and a Sinkhorn map.",
      .options = SinkhornIterationOptions(),
      .guarantees = SinkhornGuarantees,
      .allows = [](int) { return true; },
      .allowed_streams = "any n",
      .logit_count = [](int streams, const ConstraintOptions&) { return 1 + streams * streams; },
      .map = Map,
      .pullback = Pullback,
      .start = Start,
      .fit_start = FitStart,
      .fit_spread = 0.0,
      .fit_limits = FitLimits};
}

}  // namespace mhc
