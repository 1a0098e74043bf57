// An orthonormal basis of the differences between streams. Thread rule: a pure function.
#pragma once

#include "core/manifold/matrix.h"

namespace mhc {

// n×(n−1), ZᵀZ = I and 1ᵀZ = 0: column i (from 1) has i entries 1/√(i(i+1)), then −i/√(i(i+1)),
// then zeros. n ≥ 1.
Matrix HelmertBasis(int n);

}  // namespace mhc
