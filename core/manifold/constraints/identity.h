// C0, identity hyper-connections: H_res = I. No logits, no mixing, every gain exactly 1.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint IdentityConstraint();

}  // namespace mhc
