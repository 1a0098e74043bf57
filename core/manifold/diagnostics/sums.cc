#include "core/manifold/diagnostics/sums.h"

#include <cmath>

namespace mhc {
namespace {

double Largest(const Vector& values) { return values.maxCoeff<Eigen::PropagateNaN>(); }
double Smallest(const Vector& values) { return values.minCoeff<Eigen::PropagateNaN>(); }

}  // namespace

Vector RowSums(const Matrix& matrix) { return matrix.rowwise().sum(); }

Vector ColumnSums(const Matrix& matrix) { return matrix.colwise().sum().transpose(); }

double RowError(const Matrix& matrix) {
  return Largest((RowSums(matrix).array() - 1.0).abs().matrix());
}

double ColumnError(const Matrix& matrix) {
  return Largest((ColumnSums(matrix).array() - 1.0).abs().matrix());
}

StreamGain Gain(const Matrix& matrix) {
  return {.forward = Largest(RowSums(matrix).cwiseAbs()),
          .backward = Largest(ColumnSums(matrix).cwiseAbs())};
}

TwoSidedGain GainFromBothSides(const Matrix& matrix) {
  const Vector rows = RowSums(matrix), columns = ColumnSums(matrix);
  const Vector logarithms = columns.unaryExpr([](double sum) { return std::abs(std::log(sum)); });
  return {.row_min = Smallest(rows),
          .row_max = Largest(rows),
          .column_min = Smallest(columns),
          .column_max = Largest(columns),
          .log_column = Largest(logarithms)};
}

double NormInf(const Matrix& matrix) { return Largest(RowSums(matrix.cwiseAbs())); }

double NormOne(const Matrix& matrix) { return Largest(ColumnSums(matrix.cwiseAbs())); }

double MeanGain(const Matrix& matrix) { return matrix.sum() / static_cast<double>(matrix.rows()); }

double MinimumEntry(const Matrix& matrix) { return matrix.minCoeff<Eigen::PropagateNaN>(); }

}  // namespace mhc
