#include "core/manifold/constraints/row_softmax.h"

#include "core/manifold/simplex.h"

namespace mhc {
namespace {

constexpr double kDiagonalStart = 8.0;

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions&) {
  Matrix matrix(streams, streams);
  for (int i = 0; i < streams; ++i) {
    matrix.row(i) = Softmax(logits.subspan(i * streams, streams)).transpose();
  }
  return matrix;
}

std::vector<double> Pullback(std::span<const double> logits, int streams,
                             const ConstraintOptions& options, const Matrix& grad_matrix) {
  const Matrix matrix = Map(logits, streams, options);
  std::vector<double> grad_logits(logits.size());
  Eigen::Map<Matrix> grad(grad_logits.data(), streams, streams);
  for (int i = 0; i < streams; ++i) {
    grad.row(i) =
        SoftmaxPullback(matrix.row(i).transpose(), grad_matrix.row(i).transpose()).transpose();
  }
  return grad_logits;
}

std::vector<double> Start(int streams, const ConstraintOptions&) {
  std::vector<double> logits(streams * streams, 0.0);
  for (int i = 0; i < streams; ++i) logits[i * streams + i] = kDiagonalStart;
  return logits;
}

std::vector<double> FitStart(const Matrix& target, const ConstraintOptions&) {
  std::vector<double> logits(target.size());
  Eigen::Map<Matrix> z(logits.data(), target.rows(), target.cols());
  for (Eigen::Index i = 0; i < target.rows(); ++i) {
    z.row(i) = LogitsOfShares(ProjectToSimplex(target.row(i).transpose())).transpose();
  }
  return logits;
}

}  // namespace

MixingConstraint RowSoftmaxConstraint() {
  return {
      .name = "row_softmax",
      .code = "C2",
      .text = "A softmax of each row: every output stream takes a weighted mean of the streams.",
      .options = {},
      .guarantees = [](const ConstraintOptions&) -> MapGuarantees {
        return {.rows = true, .non_negative = true};
      },
      .allows = [](int) { return true; },
      .allowed_streams = "any n",
      .logit_count = [](int streams, const ConstraintOptions&) { return streams * streams; },
      .map = Map,
      .pullback = Pullback,
      .start = Start,
      .fit_start = FitStart,
      .fit_spread = kSoftmaxSpread,
      .logit_layout = "matrix"};
}

}  // namespace mhc
