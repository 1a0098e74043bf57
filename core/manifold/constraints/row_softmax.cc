#include "core/manifold/constraints/row_softmax.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace mhc {
namespace {

constexpr double kDiagonalStart = 8.0;
constexpr double kFitSpread = 8.0;

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions&) {
  Matrix matrix = Eigen::Map<const Matrix>(logits.data(), streams, streams);
  for (int i = 0; i < streams; ++i) {
    // Relative to the row's largest, so that no exponential overflows and one of them is 1.
    matrix.row(i) = (matrix.row(i).array() - matrix.row(i).maxCoeff()).exp().matrix();
    matrix.row(i) /= matrix.row(i).sum();
  }
  return matrix;
}

std::vector<double> Pullback(std::span<const double> logits, int streams,
                             const ConstraintOptions& options, const Matrix& grad_matrix) {
  const Matrix matrix = Map(logits, streams, options);
  std::vector<double> grad_logits(logits.size());
  Eigen::Map<Matrix> grad(grad_logits.data(), streams, streams);
  for (int i = 0; i < streams; ++i) {
    const double mean = matrix.row(i).dot(grad_matrix.row(i));
    grad.row(i) = (matrix.row(i).array() * (grad_matrix.row(i).array() - mean)).matrix();
  }
  return grad_logits;
}

std::vector<double> Start(int streams, const ConstraintOptions&) {
  std::vector<double> logits(streams * streams, 0.0);
  for (int i = 0; i < streams; ++i) logits[i * streams + i] = kDiagonalStart;
  return logits;
}

// The point of the probability simplex nearest to `row` (sort-based Euclidean projection).
Vector ProjectToSimplex(const Vector& row) {
  std::vector<double> falling(row.begin(), row.end());
  std::sort(falling.begin(), falling.end(), std::greater<>());
  double sum = 0.0;
  double shift = 0.0;
  for (std::size_t k = 0; k < falling.size(); ++k) {
    sum += falling[k];
    const double candidate = (sum - 1.0) / static_cast<double>(k + 1);
    if (falling[k] > candidate) shift = candidate;
  }
  return (row.array() - shift).max(0.0).matrix();
}

std::vector<double> FitStart(const Matrix& target, const ConstraintOptions&) {
  std::vector<double> logits(target.size());
  Eigen::Map<Matrix> z(logits.data(), target.rows(), target.cols());
  for (Eigen::Index i = 0; i < target.rows(); ++i) {
    const Vector row = ProjectToSimplex(target.row(i).transpose());
    const double largest = row.maxCoeff();
    // A row's logits are free up to a constant: its largest is put at 0.
    z.row(i) = (row.array() / largest).max(std::exp(-kFitSpread)).log().matrix().transpose();
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
      .allows = [](int) { return true; },
      .allowed_streams = "any n",
      .logit_count = [](int streams, const ConstraintOptions&) { return streams * streams; },
      .map = Map,
      .pullback = Pullback,
      .start = Start,
      .fit_start = FitStart,
      .fit_spread = kFitSpread,
      .logit_layout = "matrix"};
}

}  // namespace mhc
