// C5, KromHC (arXiv 2601.21579): a Kronecker product U_1 ⊗ U_2 ⊗ … of small mixtures of
// permutations, one for each prime factor of n (2s, then 3s), U_1 the most significant. Exactly
// doubly stochastic.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint KroneckerConstraint();

// The sizes of the factors, the most significant first: 2s, then 3s. Each has size! logits.
std::vector<int> KroneckerFactors(int streams);

}  // namespace mhc
