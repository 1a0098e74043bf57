// C7, orthostochastic: block_orthostochastic with blocks of one entry, which says more.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint OrthostochasticConstraint();

}  // namespace mhc
