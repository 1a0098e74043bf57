// C6, the transportation map of TBP-mHC (arXiv 2605.21724): the entries of a doubly stochastic
// matrix are filled one after the other, each at a share σ(t) of the interval that what is left of
// its row and column allows. Reaches the whole interior of the Birkhoff polytope.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint TransportFillConstraint();

}  // namespace mhc
