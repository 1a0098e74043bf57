// Singular values and eigenvalues of a mixing matrix, and what is read off them.
//
// matrix: n×n. Where an entry is not finite, every function here gives NaN (lists: n of them).
// Thread rule: pure functions.
#pragma once

#include <complex>
#include <vector>

#include "core/manifold/matrix.h"

namespace mhc {

Vector SingularValues(const Matrix& matrix);  // n, falling
double SpectralNorm(const Matrix& matrix);    // σ₁
// σ₁/σₙ; infinite for a singular matrix, that is where σₙ is at most n·2⁻⁵² of σ₁.
double ConditionNumber(const Matrix& matrix);

// By falling modulus. Moduli that agree to 1e-12 of the largest are ordered by falling real part,
// then by falling imaginary part, so that the order does not hang on rounding.
std::vector<std::complex<double>> Eigenvalues(const Matrix& matrix);

// From eigenvalues by falling modulus, so that a caller who has them need not compute them again.
double SecondEigenvalue(const std::vector<std::complex<double>>& eigenvalues);  // |λ₂|; n = 1: 0

double SpectralGap(double second_eigenvalue);  // 1 − |λ₂|
// ln 0.01 / ln|λ₂|: how many equal layers bring the differences between streams down to a
// hundredth. 0 where |λ₂| is 0, infinite where it is 1 or more, to rounding (10⁻¹⁵).
double MixingTime(double second_eigenvalue);

// ‖(I−J) P (I−J)‖₂, J = 11ᵀ/n: what the largest difference between streams is multiplied by. 1
// keeps the diversity of the streams, 0 ends it.
double DifferenceGain(const Matrix& matrix);

}  // namespace mhc
