// How strongly a mixing matrix blends its streams. matrix: n×n. Thread rule: pure functions.
#pragma once

#include <span>

#include "core/manifold/matrix.h"

namespace mhc {

// The mean over the rows of −Σ_j H_ij ln H_ij, divided by ln n: 0 for a permutation, 1 for the
// uniform matrix, in between for every doubly stochastic one. Entropy has no meaning for negative
// weights or for rows that are no distributions: NaN where an entry lies below −1e-12 (rounding
// above that counts as 0), is not finite, or a row sums to 0.5 away from 1 or further (finite
// Sinkhorn leaves less). n = 1: 0.
double NormalizedEntropy(const Matrix& matrix);

// Dobrushin's coefficient max_{i,k} ½ Σ_j |H_ij − H_kj|: below 1 the map contracts differences
// between streams by at least that factor (in the spread of a row-stochastic map). n = 1: 0.
double Dobrushin(const Matrix& matrix);

// √n Π_l (1 − n min_ij H_l,ij) over the factors of a product P = H_L … H_1 (at least one, all n×n):
// a bound of ‖P − J‖₂ for doubly stochastic factors, where each 1 − n min H is in turn a bound of
// Dobrushin's coefficient; below 1 the streams' differences must fade. Entries that are no weights
// (below 0) make a factor above 1 and the bound empty, not wrong. Source: Circulant Hyper-
// Connections, on products of positive doubly stochastic matrices.
double DobrushinBound(std::span<const Matrix> factors);

}  // namespace mhc
