#include "core/manifold/diagnostics/sums.h"

namespace mhc {
namespace {

double Largest(const Vector& values) { return values.maxCoeff<Eigen::PropagateNaN>(); }

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

double NormInf(const Matrix& matrix) { return Largest(RowSums(matrix.cwiseAbs())); }

double NormOne(const Matrix& matrix) { return Largest(ColumnSums(matrix.cwiseAbs())); }

double MeanGain(const Matrix& matrix) { return matrix.sum() / static_cast<double>(matrix.rows()); }

double MinimumEntry(const Matrix& matrix) { return matrix.minCoeff<Eigen::PropagateNaN>(); }

}  // namespace mhc
