#include "core/manifold/constraints/orthostochastic.h"

#include "core/manifold/constraints/block_orthostochastic.h"
#include "core/manifold/skew_cayley.h"

namespace mhc {
namespace {

constexpr int kBlock = 1;

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions&) {
  return BlockEnergies(logits, streams, kBlock);
}

std::vector<double> Pullback(std::span<const double> logits, int streams, const ConstraintOptions&,
                             const Matrix& grad_matrix) {
  return BlockEnergiesPullback(logits, streams, kBlock, grad_matrix);
}

}  // namespace

MixingConstraint OrthostochasticConstraint() {
  return {
      .name = "orthostochastic",
      .code = "C7",
      .text = "The squared entries of a Cayley rotation: exactly doubly stochastic.",
      .options = {},
      .guarantees = [](const ConstraintOptions&) { return DoublyStochastic(); },
      .allows = [](int) { return true; },
      .allowed_streams = "any n",
      .logit_count = [](int streams, const ConstraintOptions&) { return AngleCount(streams); },
      .map = Map,
      .pullback = Pullback,
      .start = [](int streams,
                  const ConstraintOptions&) { return BlockEnergiesStart(streams, kBlock); },
      .fit_start = [](const Matrix& target,
                      const ConstraintOptions&) { return BlockEnergiesFitStart(target, kBlock); },
      .fit_spread = 0.0,
      .logit_layout = "skew",
      .fit_limits =
          [](int streams, const ConstraintOptions&) {
            return std::vector<double>(AngleCount(streams), kLargestFitAngle);
          }};
}

}  // namespace mhc
