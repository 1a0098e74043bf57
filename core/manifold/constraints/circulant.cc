#include "core/manifold/constraints/circulant.h"

#include <algorithm>

#include "core/manifold/simplex.h"

namespace mhc {
namespace {

constexpr double kIdentityStart = 8.0;

double Depth(const ConstraintOptions& options) {
  return static_cast<double>(std::max<std::int64_t>(1, options.Integer("depth")));
}

Status Check(const ConstraintOptions& options) {
  if (CirculantShare(options) <= 1.0) return {};
  return Fail("beta: found {} for a depth of {}, expected at most twice the depth",
              options.Number("beta"), Depth(options));
}

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions& options) {
  const double share = CirculantShare(options);
  Vector c = share * Softmax(logits);
  c(0) += 1.0 - share;
  Matrix matrix(streams, streams);
  for (int i = 0; i < streams; ++i) {
    for (int j = 0; j < streams; ++j) matrix(i, j) = c((i - j + streams) % streams);
  }
  return matrix;
}

// Σ of the matrix over each wrapped diagonal i − j = k.
Vector DiagonalSums(const Matrix& matrix) {
  const Eigen::Index n = matrix.rows();
  Vector sums = Vector::Zero(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) sums((i - j + n) % n) += matrix(i, j);
  }
  return sums;
}

std::vector<double> Pullback(std::span<const double> logits, int, const ConstraintOptions& options,
                             const Matrix& grad_matrix) {
  const Vector grad =
      SoftmaxPullback(Softmax(logits), CirculantShare(options) * DiagonalSums(grad_matrix));
  return {grad.begin(), grad.end()};
}

std::vector<double> Start(int streams, const ConstraintOptions&) {
  std::vector<double> logits(streams, 0.0);
  logits[0] = kIdentityStart;
  return logits;
}

// The nearest circulant has the means over the diagonals.
std::vector<double> FitStart(const Matrix& target, const ConstraintOptions& options) {
  const double share = CirculantShare(options);
  Vector c = DiagonalSums(target) / static_cast<double>(target.rows());
  c(0) -= 1.0 - share;
  const Vector logits = LogitsOfShares(ProjectToSimplex(c / share));
  return {logits.begin(), logits.end()};
}

}  // namespace

double CirculantShare(const ConstraintOptions& options) {
  const double beta = options.Number("beta");
  return beta == 0.0 ? 1.0 : beta / (2.0 * Depth(options));
}

MixingConstraint CirculantConstraint() {
  return {
      .name = "circulant",
      .code = "C9",
      .text = "Cyclic shifts mixed by a softmax of n logits: exactly doubly stochastic.",
      .options = {{.key = "beta",
                   .fallback = 0.0,
                   .minimum = 0,
                   .maximum = 1000,
                   .text =
                       "Above 0: leaky. Each map stays within beta / depth of I in the spectral "
                       "norm, which bounds what a product over all sites can lose where "
                       "beta is below depth."},
                  {.key = "depth",
                   .fallback = std::int64_t{0},
                   .minimum = 0,
                   .maximum = 1000000,
                   .text = "Sites that beta is spread over. 0: those of the model, and 1 for a "
                           "map alone."}},
      .guarantees = [](const ConstraintOptions&) { return DoublyStochastic(); },
      .allows = [](int) { return true; },
      .allowed_streams = "any n",
      .logit_count = [](int streams, const ConstraintOptions&) { return streams; },
      .map = Map,
      .pullback = Pullback,
      .start = Start,
      .fit_start = FitStart,
      .fit_spread = kSoftmaxSpread,
      .check = Check};
}

}  // namespace mhc
