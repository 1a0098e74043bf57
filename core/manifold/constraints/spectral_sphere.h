// C13, sHC (arXiv 2603.20896): H = J + Z U diag(tanh s) Vᵀ Zᵀ with J = 11ᵀ/n, Z the Helmert basis
// of the differences between streams and U, V Cayley rotations of n−1 dimensions. Rows and columns
// sum to 1 and ‖H‖₂ = 1, with negative entries; the singular values are 1 and |tanh s_i|.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint SpectralSphereConstraint();

}  // namespace mhc
