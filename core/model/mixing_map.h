// The differentiable version of every mixing constraint: core/manifold's table, in LibTorch
// operations. A test holds each row against its oracle.
#pragma once

#include <torch/torch.h>

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// logits [..., K] -> H_res [..., N, N] of the constraint, transposed where the choice says so.
// `streams` is N; K is LogitCount(choice, streams), and for K = 0 (`identity`, and of one stream
// most) any tensor, an undefined one too, gives I of shape [N, N], which broadcasts. Thread rule:
// pure.
at::Tensor MapLogitsDifferentiably(const ConstraintChoice& choice, std::int64_t streams,
                                   const at::Tensor& logits);

// True where core/model has a differentiable version of the constraint.
bool HasDifferentiableMap(const MixingConstraint& constraint);

}  // namespace mhc
