// The exactly doubly stochastic maps that are made of shares, in LibTorch operations: mixtures of
// permutations and the transportation map.
//
// logits [..., K] -> H_res [..., N, N] in the type of the logits, the maps of the files of the same
// name in core/manifold/constraints. Thread rule: pure.
#pragma once

#include <torch/torch.h>

#include "core/manifold/mixing_constraint.h"

namespace mhc {

at::Tensor PermutationMixMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&);
at::Tensor KroneckerMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&);
at::Tensor CirculantMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions& options);
at::Tensor TransportFillMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&);

}  // namespace mhc
