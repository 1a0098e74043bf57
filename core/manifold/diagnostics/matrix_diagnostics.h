// Everything that is said about one mixing matrix, under the names that `mhc matrix` prints.
#pragma once

#include <complex>
#include <vector>

#include "core/manifold/matrix.h"

namespace mhc {

struct MatrixDiagnostics {
  int size = 0;                     // n
  std::vector<double> row_sums;     // n
  std::vector<double> column_sums;  // n
  double row_error = 0.0;
  double column_error = 0.0;
  double forward_gain = 0.0;
  double backward_gain = 0.0;
  double norm_inf = 0.0;
  double norm_1 = 0.0;
  double spectral_norm = 0.0;
  std::vector<double> singular_values;  // n, falling
  double condition_number = 0.0;
  std::vector<std::complex<double>> eigenvalues;  // n, by falling modulus
  double second_eigenvalue = 0.0;                 // |λ₂|
  double spectral_gap = 0.0;
  double mixing_time = 0.0;
  double distance_to_identity = 0.0;
  double distance_to_uniform = 0.0;
  double distance_to_permutation = 0.0;
  double entropy = 0.0;
  double dobrushin = 0.0;
  double difference_gain = 0.0;
  double mean_gain = 0.0;
  double minimum_entry = 0.0;
};

// matrix: n×n, n at least 1. Each value is that of the function of its name in this folder, which
// says what it gives for entries that are not finite. Thread rule: a pure function.
MatrixDiagnostics Diagnose(const Matrix& matrix);

}  // namespace mhc
