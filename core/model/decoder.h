// The small decoder that carries the hyper-connections: embedding, n streams, blocks of attention
// and SwiGLU each behind a site, readout, RMSNorm, untied head.
//
// Shapes: B batch, T tokens, N streams, C channels, V vocabulary. Thread rule: one thread.
#pragma once

#include <torch/torch.h>

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "core/model/hyper_connection.h"
#include "core/model/transformer_layers.h"
#include "core/record/configuration/configuration.h"

namespace mhc {

// The static part [K] and the scale [1] of the dynamic part of a site's read, write and mixing map;
// undefined where a map has none.
struct SiteParameters {
  std::array<at::Tensor, 3> bias, alpha;
};

// What a forward pass leaves for the probe; filling it changes no bit of the computation.
struct ForwardTrace {
  // Set before the pass: the tokens that are kept, [P] int64 positions in the flattened [B·T], and
  // every [B,T,…] below is [1,P,…]. All tokens where it is undefined.
  at::Tensor positions;
  // Set before the pass: it leaves more, which snapshots need.
  bool in_detail = false;
  // Set before the pass: is told of its parts, forward and backward. Null: nothing is timed.
  std::shared_ptr<PartClock> clock;

  std::vector<StreamMappings> sites;     // detached, oldest first
  std::vector<at::Tensor> streams_BTNC;  // detached: before each site, and after the last

  // In detail only.
  std::vector<at::Tensor> branches_BTC;    // detached: what each sublayer gave
  std::vector<SiteParameters> parameters;  // copies: the optimizer changes the originals in place
  // Of streams_BTNC: the backward pass fills it, which may end after the trace.
  std::shared_ptr<std::vector<at::Tensor>> gradients_BTNC =
      std::make_shared<std::vector<at::Tensor>>();

  // The same of the `wanted` positions alone; this one holds all tokens.
  ForwardTrace At(const at::Tensor& wanted) const;
};

// What a forward pass does otherwise at its sites, counted from 0. A function that is empty changes
// nothing; neither is called for `residual`.
struct ForwardHooks {
  // The streams right before a site -> those that its maps are predicted from, and that it reads
  // and mixes. The same shape and type.
  std::function<at::Tensor(std::int64_t site, const at::Tensor& x_BTNC)> streams;
  // H_res of a site -> the one that is applied, [B,T,N,N] or [N,N] in the same type.
  std::function<at::Tensor(std::int64_t site, const at::Tensor& res_BTNN)> res;
};

class DecoderBlockImpl : public torch::nn::Module {
 public:
  explicit DecoderBlockImpl(const ModelSettings& settings);

  RmsNorm attention_norm{nullptr}, mlp_norm{nullptr};
  CausalAttention attention{nullptr};
  SwiGlu mlp{nullptr};
};
TORCH_MODULE(DecoderBlock);

class DecoderImpl : public torch::nn::Module {
 public:
  // Weights are drawn from a generator of their own, seeded with configuration.seed.
  DecoderImpl(const Configuration& configuration, std::int64_t vocabulary);

  // tokens_BT int64 -> logits_BTV float32. `trace` and `hooks` may be null; a trace holds what was
  // applied.
  at::Tensor Forward(const at::Tensor& tokens_BT, ForwardTrace* trace,
                     const ForwardHooks* hooks = nullptr);

  // λ of every blend for the step after `finished` finished ones; ends blends whose λ reaches 1.
  // Returns whether one ended (parameters were dropped).
  bool AdvanceBlends(std::int64_t finished);

  std::int64_t ParameterCount() const;
  std::int64_t MixingParameterCount() const;  // of all sites, expansion and readout

  std::vector<HyperConnection> sites;  // empty for `residual`

 private:
  void Initialise(std::int64_t seed);
  at::Tensor Expand(const at::Tensor& x_BTC) const;
  at::Tensor ForwardResidual(at::Tensor x_BTC, ForwardTrace* trace);
  // `last_read_BTN`: the H_pre that the last site predicted.
  at::Tensor ReadOut(const at::Tensor& x_BTNC, const at::Tensor& last_read_BTN);
  at::Tensor Sublayer(std::size_t index, const at::Tensor& z_BTC,
                      const std::shared_ptr<PartClock>& clock);

  ModelSettings settings_;
  bool residual_;
  torch::nn::Embedding embedding_{nullptr};
  std::vector<DecoderBlock> blocks_;
  at::Tensor expansion_scale_NC_;  // expand = scaled
  MapPredictor readout_{nullptr};  // readout = learned
  RmsNorm norm_{nullptr};
  torch::nn::Linear head_{nullptr};
};
TORCH_MODULE(Decoder);

// True for the parameters of sites, expansion and readout, by their name in the decoder.
bool IsMixingParameter(const std::string& name);

}  // namespace mhc
