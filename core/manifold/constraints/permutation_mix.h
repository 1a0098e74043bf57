// C4, mHC-lite (arXiv 2601.05732): a softmax mixture of all n! permutation matrices, which is
// exactly doubly stochastic. Permutations are in lexicographic order and P[i][p_i] = 1; the public
// code of mHC-lite applies the transpose.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint PermutationMixConstraint();

}  // namespace mhc
