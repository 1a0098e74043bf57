#include "core/manifold/constraints/identity.h"

namespace mhc {
namespace {

Matrix Map(std::span<const double>, int streams, const ConstraintOptions&) {
  return Matrix::Identity(streams, streams);
}

std::vector<double> Pullback(std::span<const double>, int, const ConstraintOptions&,
                             const Matrix&) {
  return {};
}

}  // namespace

MixingConstraint IdentityConstraint() {
  return {
      .name = "identity",
      .code = "C0",
      .text = "No mixing: each stream goes on as it is.",
      .options = {},
      .guarantees = [](const ConstraintOptions&) -> MapGuarantees {
        return {.rows = true,
                .columns = true,
                .non_negative = true,
                .spectral_norm = true,
                .orthogonal = true};
      },
      .allows = [](int) { return true; },
      .allowed_streams = "any n",
      .logit_count = [](int, const ConstraintOptions&) { return 0; },
      .map = Map,
      .pullback = Pullback,
      .start = [](int, const ConstraintOptions&) { return std::vector<double>(); },
      .fit_start = [](const Matrix&, const ConstraintOptions&) { return std::vector<double>(); },
      .fit_spread = 0.0,
  };
}

}  // namespace mhc
