// How far a mixing matrix is from the three landmarks of the doubly stochastic matrices: the
// identity, the uniform matrix J = 11ᵀ/n and the nearest permutation. All in the Frobenius norm.
//
// matrix: n×n; NaN where an entry is not finite. Thread rule: pure functions.
#pragma once

#include <vector>

#include "core/manifold/matrix.h"

namespace mhc {

double DistanceToIdentity(const Matrix& matrix);  // ‖H − I‖_F
double DistanceToUniform(const Matrix& matrix);   // ‖H − J‖_F

// The π with the largest Σ_i H(i, π_i), by the Hungarian method in O(n³): the permutation matrix
// with P(i, π_i) = 1 is the nearest to H. The matrix must be finite.
std::vector<int> NearestPermutation(const Matrix& matrix);
double DistanceToPermutation(const Matrix& matrix);  // min_π ‖H − P_π‖_F

}  // namespace mhc
