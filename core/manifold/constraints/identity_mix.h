// C14, the identity mix: H = (1−σ(a))I + σ(a)·S with S the Sinkhorn map of n² logits and a a gate.
// It keeps what the Sinkhorn map keeps.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint IdentityMixConstraint();

}  // namespace mhc
