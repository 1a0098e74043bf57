// C10, the Cayley rotation (JPmHC, arXiv 2602.18308): H = (I+A)⁻¹(I−A) with A the skew matrix of
// the logits, A_ij = z for i<j. Orthogonal with determinant 1 and no eigenvalue −1. Row and column
// sums are not kept: a gain may be up to √n while ‖H‖₂ = 1.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint CayleyConstraint();

}  // namespace mhc
