// What stands between the products of a sublayer, as operations of autograd: on the CPU in float32
// by fused kernels, which keep their inputs alone for the way back; elsewhere by LibTorch's
// operations.
//
// Shapes: B batch, T tokens, C channels, H heads, D channels of a head, R half of them. Thread
// rule: as kernels/site_kernels.h.
#pragma once

#include <torch/torch.h>

namespace mhc {

// x / sqrt(mean(x²) + ε) · weight over the last dimension, x [..., C], weight [C].
at::Tensor Normalised(const at::Tensor& x, const at::Tensor& weight, double epsilon);

struct Heads {
  at::Tensor q_BHTD, k_BHTD, v_BHTD;
};
// qkv [B,T,3C] parted into heads, with q and k turned by the positions 0 … T−1 in planes of channel
// r and R + r; cosine and sine [at least T, R].
Heads TurnedHeads(const at::Tensor& qkv, std::int64_t heads, const at::Tensor& cosine_TR,
                  const at::Tensor& sine_TR);

// silu(gate) ∘ up of rows that hold both, gate first: [..., 2W] -> [..., W].
at::Tensor Gated(const at::Tensor& gate_up);

}  // namespace mhc
