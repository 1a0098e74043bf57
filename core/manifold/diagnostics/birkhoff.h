// Mixing matrices as mixtures of permutations: their coordinates in Birkhoff's polytope.
// Thread rule: pure functions.
#pragma once

#include <span>
#include <vector>

#include "core/manifold/matrix.h"
#include "core/manifold/mixing_constraint.h"

namespace mhc {

// weight · P, with P(i, columns[i]) = 1.
struct PermutationWeight {
  std::vector<int> columns;
  double weight = 0.0;
};

struct BirkhoffMixture {
  std::vector<PermutationWeight> terms;  // of falling weight
  double residual = 0.0;                 // ‖H − Σ weight·P‖_F
};

// Of a `permutation_mix` at its logits, the exact coordinates: all n! weights, with sum 1, and
// residual 0. With `transpose` a weight is that of the inverse permutation.
BirkhoffMixture PermutationMixCoordinates(const ConstraintChoice& choice, int streams,
                                          std::span<const double> logits);

// Of any n×n matrix, a greedy decomposition: again and again the permutation whose smallest entry
// is the largest there is (a bottleneck assignment), taken away with that entry as its weight. A
// doubly stochastic matrix is used up after at most (n−1)² + 1 terms (Birkhoff 1946; Marcus and
// Ree), with weights of sum 1. Of other matrices the residual is what no permutation passes: it is
// returned as it is, and no weight is scaled to hide it. Negative entries stay in the residual.
// Coordinates of n > 2 streams are not unique: these are one choice, with few terms. A matrix that
// is not finite has no terms and residual NaN. O(n⁵ log n): meant for n up to 16.
BirkhoffMixture DecomposeBirkhoff(const Matrix& matrix);

}  // namespace mhc
