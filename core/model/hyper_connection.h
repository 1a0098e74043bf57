// One hyper-connection site: how a sublayer reads from n residual streams and writes back to them.
//
//   x' = H_res x + H_postᵀ F(H_pre x)                                    (mHC Eq. 3)
//
// Shapes: B batch, T tokens, N streams, C channels, K logits. Coefficients are computed in float32
// (or the wider type of the parameters) whatever the type of the streams.
#pragma once

#include <torch/torch.h>

#include <limits>
#include <optional>

#include "core/manifold/mixing_constraint.h"
#include "core/model/fused_functions.h"
#include "core/model/map_predictor.h"
#include "core/model/part_clock.h"
#include "core/record/configuration/configuration.h"

namespace mhc {

// The three maps of one site. A map that does not depend on the token lacks B and T and broadcasts.
struct StreamMappings {
  at::Tensor pre_BTN;
  at::Tensor post_BTN;
  at::Tensor res_BTNN;
  at::Tensor logits_BTK;  // what the constraint maps to H_res; undefined where it has none
  // What becomes H_pre and H_post, static part + α · dynamic part; undefined where fixed.
  at::Tensor pre_raw_BTN, post_raw_BTN;
};

// What a site does before its sublayer.
struct SiteReading {
  StreamMappings maps;       // as applied: pre is what has read
  at::Tensor predicted_BTN;  // H_pre as the site predicts it
  at::Tensor z_BTC;          // what was read
  at::Tensor x_BTNC;         // the streams to write to: those of before
  StreamSource source;       // of these on the way back, as it was given
};

// What a site leaves for the next one.
struct SiteWriting {
  at::Tensor x_BTNC;    // in the type of the streams of before
  StreamSource source;  // with the fused kernels: how the next site may have them again
};

// A constraint with the predictor of its logits.
class MixerImpl : public torch::nn::Module {
 public:
  MixerImpl(const ConstraintChoice& choice, const MapPredictorOptions& predictor);

  ConstraintChoice choice;
  MapPredictor predictor{nullptr};
  // Beside the scale among the options, the state of a constraint that follows the gain of the
  // composite: the moving average of that gain, NaN before the first.
  double mean_gain = std::numeric_limits<double>::quiet_NaN();
};
TORCH_MODULE(Mixer);

// The old map of a blend, H = (1−λ)·old + λ·new, λ rising linearly over `steps` steps.
struct Blend {
  std::int64_t start = 0;  // finished steps when it began
  std::int64_t steps = 0;
  // λ of the step after `finished` finished ones: 1/steps at the first, 1 at the last.
  double Weight(std::int64_t finished) const;
};

class HyperConnectionImpl : public torch::nn::Module {
 public:
  HyperConnectionImpl(const SiteSettings& settings, std::int64_t streams, std::int64_t channels,
                      std::int64_t site);

  // x_BTNC: the streams, in any floating type. `clock` may be null; it is told of coefficients and
  // constraint.
  StreamMappings Maps(const at::Tensor& x_BTNC, const std::shared_ptr<PartClock>& clock = nullptr);
  // z_BTC = H_pre x, in the type of the coefficients.
  at::Tensor Read(const StreamMappings& maps, const at::Tensor& x_BTNC) const;
  // H_res x + H_postᵀ f, in the type of x.
  at::Tensor Write(const StreamMappings& maps, const at::Tensor& x_BTNC,
                   const at::Tensor& f_BTC) const;

  // Maps and Read at once, by the fused kernels where the settings ask for them and they can; those
  // leave the logits and raw values out of the maps unless `with_raw`, and the maps hold every
  // token. `read_BTN`, which broadcasts, reads in place of H_pre where it is defined.
  // With a source the fused kernels keep no streams for the way back.
  SiteReading MapsAndRead(const at::Tensor& x_BTNC, const at::Tensor& read_BTN, bool with_raw,
                          const std::shared_ptr<PartClock>& clock = nullptr,
                          const StreamSource& source = {});
  // Write to what was read, by the same kernels.
  SiteWriting WriteAndMix(const SiteReading& reading, const at::Tensor& f_BTC) const;

  // Replaces the constraint; the new mixer's predictor starts with `bias` [K], on whose device it
  // will live, which is to be the model's, and φ = 0. With a blend the mixer that was in place goes
  // on as the outgoing one. Asserts the number of logits.
  void SetConstraint(const ConstraintChoice& choice, const at::Tensor& bias,
                     std::optional<Blend> blend);
  // Other options of the same constraint, or another constraint with the same logits: φ, α and b
  // stay.
  void SetConstraintKeepingLogits(const ConstraintChoice& choice);
  // After a step whose composite had this gain (max_i Σ_j |P_ij|): the scale of a constraint that
  // follows it is set for the next one; others stay. An outgoing mixer keeps its scale.
  void FollowCompositeGain(double gain);
  // Ends a blend: the outgoing mixer is dropped.
  void EndBlend();
  // Weight λ of the new map while a blend goes on; the trainer sets it before each step.
  void SetBlendWeight(double weight) { blend_weight_ = weight; }

  const ConstraintChoice& constraint() const { return mixer->choice; }
  const std::optional<Blend>& blend() const { return blend_; }
  const SiteSettings& settings() const { return settings_; }
  std::int64_t streams() const { return streams_; }

  MapPredictor pre{nullptr}, post{nullptr};
  Mixer mixer{nullptr}, outgoing{nullptr};

 private:
  Mixer MakeMixer(const ConstraintChoice& choice, const std::vector<float>& bias) const;
  bool IsFused(const at::Tensor& x_BTNC) const;
  FusedSiteForm FusedForm() const;
  void TakeRaw(const at::Tensor& u_BTV, StreamMappings& maps) const;
  void Install(Mixer next);

  SiteSettings settings_;
  std::int64_t streams_, channels_;
  std::optional<Blend> blend_;
  double blend_weight_ = 1.0;
};
TORCH_MODULE(HyperConnection);

}  // namespace mhc
