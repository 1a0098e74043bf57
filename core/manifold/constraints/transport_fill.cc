#include "core/manifold/constraints/transport_fill.h"

#include <algorithm>

#include "core/manifold/sigmoid.h"

namespace mhc {
namespace {

constexpr double kDiagonalStart = 8.0;
// The gate's derivative σ' is 3e-4 there, as that of a softmax at its bound.
constexpr double kLargestFitLogit = 8.0;

// What is chosen where bounds are equal: the derivative is their mean, half from each side.
struct Choice {
  double value = 0.0;
  double first = 1.0;   // derivative with respect to the first of the two
  double second = 0.0;  // and to the second
};

Choice Smaller(double a, double b) {
  if (a == b) return {a, 0.5, 0.5};
  return a < b ? Choice{a, 1.0, 0.0} : Choice{b, 0.0, 1.0};
}

Choice Larger(double a, double b) {
  if (a == b) return {a, 0.5, 0.5};
  return a > b ? Choice{a, 1.0, 0.0} : Choice{b, 0.0, 1.0};
}

// The interval of x_ij, with the derivatives of its ends.
struct Interval {
  Choice row_bound;  // max(0, what the row must place here)
  Choice lower;      // max(row_bound, what the column must take here)
  Choice upper;      // min(what is left of the row, of the column)
  double Width() const { return std::max(0.0, upper.value - lower.value); }
};

// `row_left` and `column_left` of x_ij; `columns_behind` is Σ_{j'>j} of what is left of the columns
// and `rows_behind` the number of rows after i, which are whole.
Interval IntervalOf(double row_left, double column_left, double columns_behind,
                    double rows_behind) {
  Interval interval;
  interval.row_bound = Larger(0.0, row_left - columns_behind);
  interval.lower = Larger(interval.row_bound.value, column_left - rows_behind);
  interval.upper = Smaller(row_left, column_left);
  return interval;
}

// Fills the matrix in the order of its entries. `visit(i, j, interval)` gives x_ij for i, j < n−1.
template <class Visit>
Matrix Fill(int n, Visit visit) {
  Matrix matrix(n, n);
  Vector columns_left = Vector::Ones(n);
  for (int i = 0; i + 1 < n; ++i) {
    double row_left = 1.0;
    for (int j = 0; j + 1 < n; ++j) {
      const double behind = columns_left.tail(n - 1 - j).sum();
      const double x = visit(i, j, IntervalOf(row_left, columns_left(j), behind, n - 1 - i));
      matrix(i, j) = x;
      row_left -= x;
      columns_left(j) -= x;
    }
    // Rounding may leave less than nothing.
    matrix(i, n - 1) = std::max(0.0, row_left);
    columns_left(n - 1) -= matrix(i, n - 1);
  }
  matrix.row(n - 1) = columns_left.cwiseMax(0.0).transpose();
  return matrix;
}

double Place(const Interval& interval, double share) {
  return std::min(interval.lower.value + interval.Width() * share, interval.upper.value);
}

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions&) {
  return Fill(streams, [&](int i, int j, const Interval& interval) {
    return Place(interval, Sigmoid(logits[i * (streams - 1) + j]));
  });
}

// Walks back through the entries. `grad_columns` is the cotangent of what is left of the columns,
// `grad_row` that of the row under way; rows after it were whole, which nothing depends on.
std::vector<double> Pullback(std::span<const double> logits, int streams, const ConstraintOptions&,
                             const Matrix& grad_matrix) {
  const int n = streams;
  std::vector<Interval> intervals(logits.size());
  Fill(n, [&](int i, int j, const Interval& interval) {
    const int k = i * (n - 1) + j;
    intervals[k] = interval;
    return Place(interval, Sigmoid(logits[k]));
  });
  std::vector<double> grad(logits.size());
  Vector grad_columns = grad_matrix.row(n - 1).transpose();
  for (int i = n - 2; i >= 0; --i) {
    double grad_row = grad_matrix(i, n - 1) - grad_columns(n - 1);
    for (int j = n - 2; j >= 0; --j) {
      const int k = i * (n - 1) + j;
      const Interval& interval = intervals[k];
      const double grad_x = grad_matrix(i, j) - grad_row - grad_columns(j);
      const double share = Sigmoid(logits[k]);
      grad[k] = grad_x * interval.Width() * SigmoidSlope(logits[k]);
      const double grad_upper = grad_x * share;
      const double grad_lower = grad_x * Sigmoid(-logits[k]);
      grad_row += grad_upper * interval.upper.first;
      grad_columns(j) += grad_upper * interval.upper.second + grad_lower * interval.lower.second;
      const double grad_row_bound = grad_lower * interval.lower.first * interval.row_bound.second;
      grad_row += grad_row_bound;
      grad_columns.tail(n - 1 - j).array() -= grad_row_bound;
    }
  }
  return grad;
}

std::vector<double> Start(int streams, const ConstraintOptions&) {
  const int m = streams - 1;
  std::vector<double> logits(m * m, 0.0);
  for (int i = 0; i < m; ++i) logits[i * m + i] = kDiagonalStart;
  return logits;
}

// The filling run on the target itself: exact for doubly stochastic targets within the bound.
std::vector<double> FitStart(const Matrix& target, const ConstraintOptions&) {
  const int n = static_cast<int>(target.rows());
  std::vector<double> logits((n - 1) * (n - 1), 0.0);
  Fill(n, [&](int i, int j, const Interval& interval) {
    double& logit = logits[i * (n - 1) + j];
    const double width = interval.Width();
    if (width > 0.0) {
      logit = Logit((target(i, j) - interval.lower.value) / width, kLargestFitLogit);
    }
    return Place(interval, Sigmoid(logit));
  });
  return logits;
}

}  // namespace

MixingConstraint TransportFillConstraint() {
  return {.name = "transport_fill",
          .code = "C6",
          .text =
              "Entries filled one after the other within what rows and columns have left, as "
              "in TBP-mHC: exactly doubly stochastic.",
          .options = {},
          .guarantees = [](const ConstraintOptions&) { return DoublyStochastic(); },
          .allows = [](int) { return true; },
          .allowed_streams = "any n",
          .logit_count = [](int streams,
                            const ConstraintOptions&) { return (streams - 1) * (streams - 1); },
          .map = Map,
          .pullback = Pullback,
          .start = Start,
          .fit_start = FitStart,
          .fit_spread = 0.0,
          .fit_limits =
              [](int streams, const ConstraintOptions&) {
                return std::vector<double>((streams - 1) * (streams - 1), kLargestFitLogit);
              }};
}

}  // namespace mhc
