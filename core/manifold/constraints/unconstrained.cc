#include "core/manifold/constraints/unconstrained.h"

namespace mhc {
namespace {

std::vector<double> Flat(const Matrix& matrix) {
  return {matrix.data(), matrix.data() + matrix.size()};
}

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions&) {
  return Eigen::Map<const Matrix>(logits.data(), streams, streams);
}

std::vector<double> Pullback(std::span<const double>, int, const ConstraintOptions&,
                             const Matrix& grad_matrix) {
  return Flat(grad_matrix);
}

}  // namespace

MixingConstraint UnconstrainedConstraint() {
  return {
      .name = "unconstrained",
      .code = "C1",
      .text = "The logits are the matrix itself, as in Hyper-Connections; no gain is bounded.",
      .options = {},
      .guarantees = [](const ConstraintOptions&) -> MapGuarantees { return {}; },
      .allows = [](int) { return true; },
      .allowed_streams = "any n",
      .logit_count = [](int streams, const ConstraintOptions&) { return streams * streams; },
      .map = Map,
      .pullback = Pullback,
      .start = [](int streams,
                  const ConstraintOptions&) { return Flat(Matrix::Identity(streams, streams)); },
      .fit_start = [](const Matrix& target, const ConstraintOptions&) { return Flat(target); },
      .fit_spread = 0.0,
      .logit_layout = "matrix"};
}

}  // namespace mhc
