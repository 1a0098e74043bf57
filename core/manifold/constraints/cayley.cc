#include "core/manifold/constraints/cayley.h"

#include "core/manifold/skew_cayley.h"

namespace mhc {
namespace {

int Count(int streams, const ConstraintOptions&) { return AngleCount(streams); }

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions&) {
  return CayleyRotation(logits, streams).matrix();
}

std::vector<double> Pullback(std::span<const double> logits, int streams, const ConstraintOptions&,
                             const Matrix& grad_matrix) {
  return CayleyRotation(logits, streams).Pullback(grad_matrix);
}

}  // namespace

MixingConstraint CayleyConstraint() {
  return {.name = "cayley",
          .code = "C10",
          .text =
              "The Cayley rotation of a skew matrix: orthogonal; the streams' mean may turn "
              "into differences.",
          .options = {},
          .guarantees = [](const ConstraintOptions&) -> MapGuarantees {
            return {.spectral_norm = true, .orthogonal = true};
          },
          .allows = [](int) { return true; },
          .allowed_streams = "any n",
          .logit_count = Count,
          .map = Map,
          .pullback = Pullback,
          .start =
              [](int streams, const ConstraintOptions&) {
                return std::vector<double>(AngleCount(streams), 0.0);
              },
          .fit_start = [](const Matrix& target,
                          const ConstraintOptions&) { return AnglesNear(target); },
          .fit_spread = 0.0,
          .logit_layout = "skew",
          .fit_limits =
              [](int streams, const ConstraintOptions&) {
                return std::vector<double>(AngleCount(streams), kLargestFitAngle);
              }};
}

}  // namespace mhc
