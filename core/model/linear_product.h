// The products of sublayers, x Wᵀ, by whichever of LibTorch's two libraries is faster at each.
#pragma once

#include <torch/torch.h>

namespace mhc {

// x [..., I] · weight [O, I]ᵀ -> [..., O], as torch::linear. On the CPU in float32 the product and
// the cotangent of x are oneDNN's, whose kernels are made for the processor they run on where MKL's
// keep to AVX2 on processors of other makers than its own; the cotangent of the weight is MKL's.
// The same bits from call to call for one number of threads. Thread rule: one thread.
at::Tensor LinearProduct(const at::Tensor& x, const at::Tensor& weight);

}  // namespace mhc
