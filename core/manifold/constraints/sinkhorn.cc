#include "core/manifold/constraints/sinkhorn.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/manifold/scaled_entries.h"
#include "core/manifold/simplex.h"

namespace mhc {
namespace {

// What one run of the iteration leaves for the way back. The arithmetic is written for the order
// "columns, then rows"; the other order is the same on the transposed matrix.
struct Trace {
  Matrix column_softmax;         // after the first step, before epsilon is added
  std::vector<Matrix> outputs;   // after every later step: rows, columns, rows, …
  std::vector<Vector> divisors;  // what each of these steps divided by; none of scaled entries
};

bool ColumnsFirst(const ConstraintOptions& options) {
  return options.Text("order") == "columns_rows";
}

Matrix Oriented(std::span<const double> entries, int streams, bool columns_first) {
  const Eigen::Map<const Matrix> matrix(entries.data(), streams, streams);
  if (columns_first) return matrix;
  return matrix.transpose();
}

Matrix LogColumnSoftmax(const Matrix& logits) {
  Matrix result = logits;
  for (Eigen::Index j = 0; j < logits.cols(); ++j) {
    const double largest = logits.col(j).maxCoeff();
    const double sum = (logits.col(j).array() - largest).exp().sum();
    result.col(j).array() -= largest + std::log(sum);
  }
  return result;
}

// Divides every row by its sum plus epsilon; the divisors are returned.
Vector NormalizeRows(Matrix& matrix, double epsilon) {
  Vector divisors = (matrix.rowwise().sum().array() + epsilon).matrix();
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) matrix.row(i) /= divisors(i);
  return divisors;
}

Vector NormalizeColumns(Matrix& matrix, double epsilon) {
  Vector divisors = (matrix.colwise().sum().transpose().array() + epsilon).matrix();
  for (Eigen::Index j = 0; j < matrix.cols(); ++j) matrix.col(j) /= divisors(j);
  return divisors;
}

// The first row step at epsilon 0, as a softmax of the logarithms: entries may lie beyond the range
// of a double. After it every column sum is at least 1/n², so the linear steps divide safely.
Matrix RowSoftmaxOfLogarithms(const Matrix& logarithms) {
  Matrix matrix(logarithms.rows(), logarithms.cols());
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    matrix.row(i) = (logarithms.row(i).array() - logarithms.row(i).maxCoeff()).exp().matrix();
    matrix.row(i) /= matrix.row(i).sum();
  }
  return matrix;
}

// The iteration on entries with exponents of their own.
Matrix IterateScaled(const Matrix& logits, std::int64_t iterations, double epsilon, Trace* trace) {
  ScaledEntries entries = ScaledEntries::Exponentials(logits);
  const auto keep = [&] {
    if (trace) trace->outputs.push_back(entries.Values());
  };
  entries.NormalizeColumns(0.0);
  if (trace) trace->column_softmax = entries.Values();
  if (epsilon > 0.0) entries.Add(epsilon);
  entries.NormalizeRows(epsilon);
  keep();
  for (std::int64_t k = 1; k < iterations; ++k) {
    entries.NormalizeColumns(epsilon);
    keep();
    entries.NormalizeRows(epsilon);
    keep();
  }
  return entries.Values();
}

// The iteration on oriented logits; `trace` may be null.
Matrix Iterate(const Matrix& given, std::int64_t iterations, double epsilon, Trace* trace) {
  // Nearer to the largest double, differences of logits would overflow.
  constexpr double kFar = 1e300;
  const Matrix logits = given.cwiseMax(-kFar).cwiseMin(kFar);
  if (logits.maxCoeff() - logits.minCoeff() > kSinkhornDoubleSpread) {
    return IterateScaled(logits, iterations, epsilon, trace);
  }
  const Matrix logarithms = LogColumnSoftmax(logits);
  Matrix matrix;
  const auto keep = [&](Vector divisors) {
    if (!trace) return;
    trace->outputs.push_back(matrix);
    trace->divisors.push_back(std::move(divisors));
  };
  if (trace) {
    trace->column_softmax = logarithms.array().exp().matrix();
    trace->outputs.reserve(2 * iterations - 1);
    trace->divisors.reserve(2 * iterations - 1);
  }
  if (epsilon == 0.0) {
    matrix = RowSoftmaxOfLogarithms(logarithms);
    keep(Vector::Ones(matrix.rows()));
  } else {
    matrix = (logarithms.array().exp() + epsilon).matrix();
    keep(NormalizeRows(matrix, epsilon));
  }
  for (std::int64_t k = 1; k < iterations; ++k) {
    keep(NormalizeColumns(matrix, epsilon));
    keep(NormalizeRows(matrix, epsilon));
  }
  return matrix;
}

// One normalisation y = x / (Σx + ε) walked back: gx = (gy − Σ gy∘y) / (Σx + ε).
void PullRows(const Matrix& output, const Vector& divisors, Matrix& grad) {
  for (Eigen::Index i = 0; i < grad.rows(); ++i) {
    const double mean = grad.row(i).dot(output.row(i));
    grad.row(i) = ((grad.row(i).array() - mean) / divisors(i)).matrix();
  }
}

void PullColumns(const Matrix& output, const Vector& divisors, Matrix& grad) {
  for (Eigen::Index j = 0; j < grad.cols(); ++j) {
    const double mean = grad.col(j).dot(output.col(j));
    grad.col(j) = ((grad.col(j).array() - mean) / divisors(j)).matrix();
  }
}

// One normalisation walked back in the logarithms of the entries, L' = L − ln(Σ exp L + ε):
// g = g' − y Σ g', which divides by nothing.
void PullLogRows(const Matrix& output, Matrix& grad) {
  for (Eigen::Index i = 0; i < grad.rows(); ++i) {
    grad.row(i) -= output.row(i) * grad.row(i).sum();
  }
}

void PullLogColumns(const Matrix& output, Matrix& grad) {
  for (Eigen::Index j = 0; j < grad.cols(); ++j) {
    grad.col(j) -= output.col(j) * grad.col(j).sum();
  }
}

Matrix WalkBackScaled(const Trace& trace, double epsilon, Matrix grad) {
  grad.array() *= trace.outputs.back().array();
  for (std::size_t step = trace.outputs.size(); step-- > 0;) {
    (step % 2 == 0 ? PullLogRows : PullLogColumns)(trace.outputs[step], grad);
  }
  const Matrix& softmax = trace.column_softmax;
  if (epsilon > 0.0) grad.array() *= softmax.array() / (softmax.array() + epsilon);
  PullLogColumns(softmax, grad);
  return grad;
}

// The cotangent of the oriented logits for that of the last matrix.
Matrix WalkBack(const Trace& trace, double epsilon, Matrix grad) {
  if (trace.divisors.empty()) return WalkBackScaled(trace, epsilon, std::move(grad));
  for (std::size_t step = trace.outputs.size() - 1; step > 0; --step) {
    const bool over_rows = step % 2 == 0;
    (over_rows ? PullRows : PullColumns)(trace.outputs[step], trace.divisors[step], grad);
  }
  // The first two steps, to the logits. At epsilon 0 the rows were a softmax of logarithms, whose
  // cotangent has no division that could overflow; otherwise the entries themselves were divided.
  const Matrix& softmax = trace.column_softmax;
  PullRows(trace.outputs.front(), trace.divisors.front(), grad);
  if (epsilon == 0.0) {
    grad.array() *= trace.outputs.front().array();
    for (Eigen::Index j = 0; j < grad.cols(); ++j) {
      grad.col(j) -= softmax.col(j) * grad.col(j).sum();
    }
  } else {
    PullColumns(softmax, Vector::Ones(grad.cols()), grad);
    grad.array() *= softmax.array();
  }
  return grad;
}

// exp(z), capped so that it stays finite; beyond the cap the derivative is 0.
double CappedExp(double logit) {
  return std::min(std::exp(logit), std::numeric_limits<double>::max());
}

std::vector<double> Start(int streams, const ConstraintOptions& options) {
  std::vector<double> logits(streams * streams, -options.Number("diagonal"));
  for (int i = 0; i < streams; ++i) logits[i * streams + i] = 0.0;
  return logits;
}

// Adds to every row and column the constant that centres it between its extremes, again and again:
// rows and columns of the logits are free up to constants, and this makes their spread small.
void CentreRowsAndColumns(Matrix& logits) {
  constexpr int kSweeps = 32;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    for (Eigen::Index i = 0; i < logits.rows(); ++i) {
      logits.row(i).array() -= (logits.row(i).maxCoeff() + logits.row(i).minCoeff()) / 2.0;
    }
    for (Eigen::Index j = 0; j < logits.cols(); ++j) {
      logits.col(j).array() -= (logits.col(j).maxCoeff() + logits.col(j).minCoeff()) / 2.0;
    }
  }
}

}  // namespace

std::vector<Declaration> SinkhornIterationOptions() {
  return {
      {.key = "iterations",
       .fallback = std::int64_t{20},
       .minimum = 0,
       .maximum = 10000,
       .text = "Sinkhorn iterations, each one step over the columns and one over the rows."},
      {.key = "order",
       .fallback = std::string("columns_rows"),
       .choices = {"columns_rows", "rows_columns"},
       .text = "Which sums are normalised first; those normalised last are exact. columns_rows is "
               "the paper's order."},
      {.key = "epsilon",
       .fallback = 0.0,
       .minimum = 0,
       .maximum = 1,
       .text = "0: Eq. 9 of the paper. Above 0: the form of DeepSeek's kernels, which add it to "
               "every entry after the first softmax and to every later sum."},
  };
}

MapGuarantees SinkhornGuarantees(const ConstraintOptions& options) {
  // Epsilon is in every divisor, so that no sum is exactly 1.
  const bool exact = options.Integer("iterations") > 0 && options.Number("epsilon") == 0.0;
  return {.rows = exact && ColumnsFirst(options),
          .columns = exact && !ColumnsFirst(options),
          .non_negative = true};
}

std::vector<double> SinkhornFitStart(const Matrix& target, const ConstraintOptions& options) {
  constexpr double kSmallestShare = 1e-12;
  const double largest = target.maxCoeff();
  if (largest <= 0.0) return std::vector<double>(target.size(), 0.0);
  // The logarithm of a doubly stochastic matrix is mapped to that matrix, which is what
  // iterations > 0 leave unchanged.
  Matrix logits = target.array().max(largest * kSmallestShare).log().matrix();
  if (options.Integer("iterations") > 0) {
    if (logits.maxCoeff() - logits.minCoeff() > kSoftmaxSpread) CentreRowsAndColumns(logits);
    logits.array() -= logits.maxCoeff();
  }
  logits = logits.array().max(logits.maxCoeff() - kSoftmaxSpread).matrix();
  return {logits.data(), logits.data() + logits.size()};
}

Matrix SinkhornMap(std::span<const double> logits, int streams, const ConstraintOptions& options) {
  const std::int64_t iterations = options.Integer("iterations");
  const bool columns_first = ColumnsFirst(options);
  const Matrix oriented = Oriented(logits, streams, columns_first);
  Matrix matrix = iterations == 0
                      ? Matrix(oriented.unaryExpr(&CappedExp))
                      : Iterate(oriented, iterations, options.Number("epsilon"), nullptr);
  if (!columns_first) matrix.transposeInPlace();
  return matrix;
}

std::vector<Matrix> SinkhornIterates(std::span<const double> logits, int streams,
                                     const ConstraintOptions& options) {
  const bool columns_first = ColumnsFirst(options);
  Trace trace;
  Iterate(Oriented(logits, streams, columns_first), options.Integer("iterations"),
          options.Number("epsilon"), &trace);
  // Every other output ends an iteration: the row steps, the first among them.
  std::vector<Matrix> iterates;
  for (std::size_t step = 0; step < trace.outputs.size(); step += 2) {
    iterates.push_back(columns_first ? trace.outputs[step] : trace.outputs[step].transpose());
  }
  return iterates;
}

std::vector<double> SinkhornPullback(std::span<const double> logits, int streams,
                                     const ConstraintOptions& options, const Matrix& grad_matrix) {
  const std::int64_t iterations = options.Integer("iterations");
  const bool columns_first = ColumnsFirst(options);
  const Matrix oriented = Oriented(logits, streams, columns_first);
  const std::span<const double> cotangent(grad_matrix.data(), grad_matrix.size());
  Matrix grad = Oriented(cotangent, streams, columns_first);
  if (iterations == 0) {
    // Flat where the map is capped; below that, a product with the cotangent must not overflow.
    static constexpr double kSteepest = 1e200;
    const auto slope = [](double logit) {
      return std::isfinite(std::exp(logit)) ? std::min(std::exp(logit), kSteepest) : 0.0;
    };
    grad.array() *= oriented.unaryExpr(slope).array();
  } else {
    const double epsilon = options.Number("epsilon");
    Trace trace;
    Iterate(oriented, iterations, epsilon, &trace);
    grad = WalkBack(trace, epsilon, std::move(grad));
  }
  if (!columns_first) grad.transposeInPlace();
  return {grad.data(), grad.data() + grad.size()};
}

MixingConstraint SinkhornConstraint() {
  std::vector<Declaration> options = SinkhornIterationOptions();
  options.push_back({.key = "diagonal",
                     .fallback = 8.0,
                     .minimum = 0,
                     .maximum = 1000,
                     .text = "How far the logits of the diagonal start above the rest."});
  return {.name = "sinkhorn",
          .code = "C3",
          .text = "Sinkhorn-Knopp towards the doubly stochastic matrices, as in mHC.",
          .options = std::move(options),
          .guarantees = SinkhornGuarantees,
          .allows = [](int) { return true; },
          .allowed_streams = "any n",
          .logit_count = [](int streams, const ConstraintOptions&) { return streams * streams; },
          .map = SinkhornMap,
          .pullback = SinkhornPullback,
          .start = Start,
          .fit_start = SinkhornFitStart,
          .fit_spread = kSoftmaxSpread,
          .logit_layout = "matrix"};
}

}  // namespace mhc
