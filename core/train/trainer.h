// One training step. No thread, no clock, no file: Experiment owns those and calls it.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/model/decoder.h"
#include "core/train/optimizer.h"
#include "core/train/token_data.h"

namespace mhc {

// Of a site's parameters, before clipping: by the map they make, and by what they are in it.
struct SiteGradientNorms {
  double pre = 0.0, post = 0.0, res = 0.0;
  double phi = 0.0, bias = 0.0, alpha = 0.0;
};

struct StepOutcome {
  double loss = 0.0;           // nats a token, mean over the batch
  double gradient_norm = 0.0;  // of all parameters, before clipping
  double mixing_gradient_norm = 0.0;
  double mixing_logits_gradient_norm = 0.0;  // of what makes H_res
  std::vector<SiteGradientNorms> sites;
  // Smallest scale with which the harmonized sites ran; empty where there are none.
  std::optional<double> harmonized_scale;
  bool finite = true;  // loss and gradients; where false, no parameter was changed
  bool clipped = false;
};

class Trainer {
 public:
  Trainer(const Configuration& configuration, std::int64_t vocabulary, torch::Device device);

  // Forward, loss, backward, guard, clip, AdamW; then the scales of harmonized sites follow the
  // gain of this step's composite. `trace` may be null; filling it, in detail or not, changes no
  // bit of the step. A step that is not finite leaves parameters, moments and scales as they were.
  StepOutcome Step(const Batch& batch, double learning_rate, ForwardTrace* trace);

  // Mean cross-entropy over the validation part, nats a token; changes nothing.
  double Evaluate(const TokenData& data);
  // The same over these batches (not none), each forward pass with `hooks`, which may be null.
  double Evaluate(std::span<const Batch> batches, const ForwardHooks* hooks);
  // The maps on a batch, without gradients; changes nothing. In detail: all that a snapshot
  // measures of a forward pass.
  ForwardTrace Trace(const Batch& batch, bool in_detail = false);

  // Blends for the step after `finished` finished ones; drops old maps whose blend has ended.
  void AdvanceBlends(std::int64_t finished);

  Decoder& model() { return model_; }
  Optimizer& optimizer() { return optimizer_; }
  const torch::Device& device() const { return device_; }

 private:
  at::Tensor Loss(const Batch& batch, ForwardTrace* trace, const ForwardHooks* hooks);
  void MeasureGradients(StepOutcome& outcome);

  double clip_;
  torch::Device device_;
  Decoder model_;
  Optimizer optimizer_;
};

}  // namespace mhc
