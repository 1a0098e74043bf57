// C2, row-stochastic mixing: H_res is the softmax of each row of the n×n logits. Row sums (the
// forward gain) are 1; column sums (the backward gain) may be anything from 0 to n.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint RowSoftmaxConstraint();

}  // namespace mhc
