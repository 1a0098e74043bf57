// Row and column sums of a mixing matrix, and the gains and norms that are made from them.
//
// matrix: n×n, H(i, j) the weight with which output stream i takes from input stream j. Row sums
// are what a constant signal over the streams is multiplied by on the way forward, column sums what
// a constant gradient is multiplied by on the way back. A NaN in the matrix is a NaN in the result.
// Thread rule: pure functions.
#pragma once

#include "core/manifold/matrix.h"

namespace mhc {

// The paper's Amax gain magnitudes (arXiv 2512.24880, Section 3.1): signed sums, then magnitudes.
struct StreamGain {
  double forward = 0.0;   // max_i |Σ_j H_ij|
  double backward = 0.0;  // max_j |Σ_i H_ij|
};

Vector RowSums(const Matrix& matrix);     // n
Vector ColumnSums(const Matrix& matrix);  // n

double RowError(const Matrix& matrix);     // max_i |Σ_j H_ij − 1|
double ColumnError(const Matrix& matrix);  // max_j |Σ_i H_ij − 1|

StreamGain Gain(const Matrix& matrix);

// Both ends of the signed sums: a largest sum alone hides what is damped. Ideal: 1 four times, and
// 0. For finite Sinkhorn in the paper's order the damping is in the columns.
struct TwoSidedGain {
  double row_min = 0.0, row_max = 0.0;        // of Σ_j H_ij over i
  double column_min = 0.0, column_max = 0.0;  // of Σ_i H_ij over j
  // max_j |ln Σ_i H_ij|: infinite where a sum is 0, NaN where one is negative.
  double log_column = 0.0;
};
TwoSidedGain GainFromBothSides(const Matrix& matrix);

// The operator norms, which equal the gains where no entry is negative.
double NormInf(const Matrix& matrix);  // max_i Σ_j |H_ij|
double NormOne(const Matrix& matrix);  // max_j Σ_i |H_ij|

double MeanGain(const Matrix& matrix);  // 1ᵀH1/n, what the mean over the streams is multiplied by
double MinimumEntry(const Matrix& matrix);  // min_ij H_ij

}  // namespace mhc
