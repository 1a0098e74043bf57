#include "core/model/transformer_layers.h"

#include <cmath>

#include "core/model/linear_product.h"
#include "core/model/sublayer_functions.h"
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

at::Tensor RmsNormImpl::forward(const at::Tensor& x) { return Normalised(x, weight, kNormEpsilon); }

CausalAttentionImpl::CausalAttentionImpl(std::int64_t channels, std::int64_t heads,
                                         std::int64_t context)
    : heads_(heads) {
  qkv = register_module("qkv", MakeLinear(channels, 3 * channels));
  output = register_module("output", MakeLinear(channels, channels));
  const std::int64_t half = channels / heads / 2;
  const at::Tensor rates =
      torch::pow(kRotaryBase, -torch::arange(half, torch::kFloat64) / static_cast<double>(half));
  const at::Tensor angles = torch::arange(context, torch::kFloat64).unsqueeze(1) * rates;
  cosine_TR_ = angles.cos().to(torch::kFloat32);
  sine_TR_ = angles.sin().to(torch::kFloat32);
}

at::Tensor CausalAttentionImpl::forward(const at::Tensor& x_BTC) {
  const Heads heads = TurnedHeads(LinearProduct(x_BTC, qkv->weight), heads_, cosine_TR_, sine_TR_);
  const at::Tensor mixed = torch::scaled_dot_product_attention(
      heads.q_BHTD, heads.k_BHTD, heads.v_BHTD, {}, 0.0, /*is_causal=*/true);
  return LinearProduct(mixed.transpose(1, 2).reshape(x_BTC.sizes()), output->weight);
}

SwiGluImpl::SwiGluImpl(std::int64_t channels) {
  const std::int64_t hidden = SwiGluWidth(channels);
  gate_up = register_module("gate_up", MakeLinear(channels, 2 * hidden));
  down = register_module("down", MakeLinear(hidden, channels));
}

at::Tensor SwiGluImpl::forward(const at::Tensor& x_BTC) {
  return LinearProduct(Gated(LinearProduct(x_BTC, gate_up->weight)), down->weight);
}

}  // namespace mhc
