// C12, oHC: v ↦ p v q̄ for two unit quaternions, the rotations of four dimensions. The logits are p
// and q, each of which is normalised. Orthogonal with determinant 1.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint QuaternionConstraint();

}  // namespace mhc
