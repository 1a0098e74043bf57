// The maps that are made of rotations and spectra, in LibTorch operations.
//
// logits [..., K] -> H_res [..., N, N] in the type of the logits, the maps of the files of the same
// name in core/manifold/constraints. Rotations are computed in float64 whatever the type: in
// float32 I + A is too near to singular at wide logits. Thread rule: pure.
#pragma once

#include <torch/torch.h>

#include "core/manifold/mixing_constraint.h"

namespace mhc {

at::Tensor CayleyMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&);
at::Tensor OrthostochasticMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&);
at::Tensor BlockOrthostochasticMap(const at::Tensor& logits, std::int64_t n,
                                   const ConstraintOptions& options);
at::Tensor HouseholderMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&);
at::Tensor QuaternionMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&);
at::Tensor SpectralSphereMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&);
at::Tensor SpectralClipMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&);

}  // namespace mhc
