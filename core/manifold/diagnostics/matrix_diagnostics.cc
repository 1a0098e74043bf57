#include "core/manifold/diagnostics/matrix_diagnostics.h"

#include <cassert>

#include "core/manifold/diagnostics/distances.h"
#include "core/manifold/diagnostics/mixing.h"
#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/sums.h"

namespace mhc {
namespace {

std::vector<double> List(const Vector& vector) { return {vector.begin(), vector.end()}; }

}  // namespace

MatrixDiagnostics Diagnose(const Matrix& matrix) {
  assert(matrix.rows() == matrix.cols() && matrix.rows() > 0);
  MatrixDiagnostics diagnostics;
  diagnostics.size = static_cast<int>(matrix.rows());
  diagnostics.row_sums = List(RowSums(matrix));
  diagnostics.column_sums = List(ColumnSums(matrix));
  diagnostics.row_error = RowError(matrix);
  diagnostics.column_error = ColumnError(matrix);
  const StreamGain gain = Gain(matrix);
  diagnostics.forward_gain = gain.forward;
  diagnostics.backward_gain = gain.backward;
  diagnostics.norm_inf = NormInf(matrix);
  diagnostics.norm_1 = NormOne(matrix);
  diagnostics.spectral_norm = SpectralNorm(matrix);
  diagnostics.singular_values = List(SingularValues(matrix));
  diagnostics.condition_number = ConditionNumber(matrix);
  diagnostics.eigenvalues = Eigenvalues(matrix);
  diagnostics.second_eigenvalue = SecondEigenvalue(diagnostics.eigenvalues);
  diagnostics.spectral_gap = SpectralGap(diagnostics.second_eigenvalue);
  diagnostics.mixing_time = MixingTime(diagnostics.second_eigenvalue);
  diagnostics.distance_to_identity = DistanceToIdentity(matrix);
  diagnostics.distance_to_uniform = DistanceToUniform(matrix);
  diagnostics.distance_to_permutation = DistanceToPermutation(matrix);
  diagnostics.entropy = NormalizedEntropy(matrix);
  diagnostics.dobrushin = Dobrushin(matrix);
  diagnostics.difference_gain = DifferenceGain(matrix);
  diagnostics.mean_gain = MeanGain(matrix);
  diagnostics.minimum_entry = MinimumEntry(matrix);
  return diagnostics;
}

}  // namespace mhc
