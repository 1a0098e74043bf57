// Sinkhorn-Knopp in LibTorch operations, differentiable by autograd.
#pragma once

#include <torch/torch.h>

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// logits [..., N, N] float -> H [..., N, N] by alternating normalisation of exp(logits)
// (mHC Eq. 9; with epsilon > 0 the form of DeepSeek's kernels). Options: iterations, order,
// epsilon, as declared by the constraint `sinkhorn`. Finite for finite logits, forward and
// backward, and the iterate of real arithmetic to the rounding of the type however far apart a
// token's logits are; where they are far, the token is done in float64 or on the host.
at::Tensor SinkhornKnopp(const at::Tensor& logits, const ConstraintOptions& options);

}  // namespace mhc
