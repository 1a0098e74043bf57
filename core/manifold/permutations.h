// The permutations of n, and mixtures of their matrices. Thread rule: pure functions.
#pragma once

#include <span>
#include <vector>

#include "core/manifold/matrix.h"

namespace mhc {

// All n! permutations in lexicographic order, the identity first. n: 1…8.
std::vector<std::vector<int>> Permutations(int n);

// Σ_k softmax(z)_k P_k with P[i][p_i] = 1 for the k-th permutation p; z has n! logits.
Matrix MixPermutations(std::span<const double> logits, int n);
// The cotangent of the logits.
Vector MixPermutationsPullback(std::span<const double> logits, int n, const Matrix& grad_matrix);

// Logits of a mixture near `target`: each permutation by the product of the entries that it
// passes, ranging over no more than kSoftmaxSpread. Exact for n = 2 and a doubly stochastic target
// within that reach.
Vector MixtureLogits(const Matrix& target);

}  // namespace mhc
