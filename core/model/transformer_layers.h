// The sublayers that the streams carry: RMSNorm, causal attention with rotary positions, SwiGLU.
//
// Shapes: B batch, T tokens, C channels, H heads, D channels of a head. All in float32.
#pragma once

#include <torch/torch.h>

namespace mhc {

// x / sqrt(mean(x²) + ε) · weight over the last dimension.
class RmsNormImpl : public torch::nn::Module {
 public:
  explicit RmsNormImpl(std::int64_t channels);
  at::Tensor forward(const at::Tensor& x);

  at::Tensor weight;  // [C], starts at 1
};
TORCH_MODULE(RmsNorm);

// Causal self-attention, rotary positions (base 10,000, halves rotated), no biases.
class CausalAttentionImpl : public torch::nn::Module {
 public:
  CausalAttentionImpl(std::int64_t channels, std::int64_t heads, std::int64_t context);
  at::Tensor forward(const at::Tensor& x_BTC);  // T at most `context`

  torch::nn::Linear qkv{nullptr}, output{nullptr};

 private:
  std::int64_t heads_;
  at::Tensor cosine_TR_, sine_TR_;  // R half of the channels of a head; constants, not saved
};
TORCH_MODULE(CausalAttention);

// W_down(silu(W_gate x) ∘ W_up x), of hidden width SwiGluWidth(C), no biases.
class SwiGluImpl : public torch::nn::Module {
 public:
  explicit SwiGluImpl(std::int64_t channels);
  at::Tensor forward(const at::Tensor& x_BTC);

  torch::nn::Linear gate_up{nullptr}, down{nullptr};  // gate first, then up
};
TORCH_MODULE(SwiGlu);

}  // namespace mhc
