// A constraint of core/manifold as the fused kernels take it.
#pragma once

#include "core/manifold/mixing_constraint.h"
#include "core/model/kernels/site_kernels.h"

namespace mhc {

// `choice` must outlive what is given: the kernels ask it, as their oracle, for tokens that their
// float32 does not reach, and for all tokens of a family that they do not know. Thread rule: pure;
// the oracle allocates.
kernels::Constraint ToKernel(const ConstraintChoice& choice, int streams);

}  // namespace mhc
