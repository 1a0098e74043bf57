// C1, plain hyper-connections: the n² logits are H_res itself, row-major. Nothing is guaranteed.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint UnconstrainedConstraint();

}  // namespace mhc
