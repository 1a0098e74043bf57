#include "core/model/transformer_layers.h"

#include <cmath>

#include "core/record/configuration/model_shape.h"

namespace mhc {
namespace {

constexpr double kNormEpsilon = 1e-6;
constexpr double kRotaryBase = 10000.0;

torch::nn::Linear MakeLinear(std::int64_t in, std::int64_t out) {
  return torch::nn::Linear(torch::nn::LinearOptions(in, out).bias(false));
}

}  // namespace

RmsNormImpl::RmsNormImpl(std::int64_t channels) {
  weight = register_parameter("weight", torch::ones({channels}));
}

at::Tensor RmsNormImpl::forward(const at::Tensor& x) {
  return torch::rms_norm(x, weight.sizes(), weight, kNormEpsilon);
}

CausalAttentionImpl::CausalAttentionImpl(std::int64_t channels, std::int64_t heads,
                                         std::int64_t context)
    : heads_(heads) {
  qkv = register_module("qkv", MakeLinear(channels, 3 * channels));
  output = register_module("output", MakeLinear(channels, channels));
  const std::int64_t half = channels / heads / 2;
  const at::Tensor rates =
      torch::pow(kRotaryBase, -torch::arange(half, torch::kFloat64) / static_cast<double>(half));
  const at::Tensor angles = torch::arange(context, torch::kFloat64).unsqueeze(1) * rates;
  cosine_TD_ = torch::cat({angles, angles}, 1).cos().to(torch::kFloat32);
  sine_TD_ = torch::cat({-angles, angles}, 1).sin().to(torch::kFloat32);
}

at::Tensor CausalAttentionImpl::Rotate(const at::Tensor& x_BHTD) const {
  const std::int64_t tokens = x_BHTD.size(-2);
  const std::vector<at::Tensor> halves = x_BHTD.chunk(2, -1);
  const at::Tensor swapped = torch::cat({halves[1], halves[0]}, -1);
  const auto on = [&](const at::Tensor& t) { return t.narrow(0, 0, tokens).to(x_BHTD.device()); };
  return x_BHTD * on(cosine_TD_) + swapped * on(sine_TD_);
}

at::Tensor CausalAttentionImpl::forward(const at::Tensor& x_BTC) {
  const std::int64_t batch = x_BTC.size(0), tokens = x_BTC.size(1), channels = x_BTC.size(2);
  const std::vector<at::Tensor> parts = qkv(x_BTC).chunk(3, -1);
  const auto split = [&](const at::Tensor& t) {
    return t.view({batch, tokens, heads_, channels / heads_}).transpose(1, 2);
  };
  const at::Tensor mixed = torch::scaled_dot_product_attention(
      Rotate(split(parts[0])), Rotate(split(parts[1])), split(parts[2]), {}, 0.0,
      /*is_causal=*/true);
  return output(mixed.transpose(1, 2).reshape({batch, tokens, channels}));
}

SwiGluImpl::SwiGluImpl(std::int64_t channels) {
  const std::int64_t hidden = SwiGluWidth(channels);
  gate_up = register_module("gate_up", MakeLinear(channels, 2 * hidden));
  down = register_module("down", MakeLinear(hidden, channels));
}

at::Tensor SwiGluImpl::forward(const at::Tensor& x_BTC) {
  const std::vector<at::Tensor> parts = gate_up(x_BTC).chunk(2, -1);
  return down(torch::silu(parts[0]) * parts[1]);
}

}  // namespace mhc
