#include "core/model/hyper_connection.h"

#include <algorithm>

#include "core/manifold/constraints/harmonized.h"
#include "core/model/mixing_map.h"

namespace mhc {
namespace {

std::vector<float> ToFloats(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

// +1 at stream (site mod n), −1 elsewhere: each site prefers another stream, so that streams which
// start equal can separate. For `hc` a one-hot, its Pre-Norm equivalent.
std::vector<float> ReadStart(PredictorKind kind, std::int64_t streams, std::int64_t site) {
  std::vector<float> start(streams, kind == PredictorKind::kHc ? 0.0f : -1.0f);
  start[site % streams] = 1.0f;
  return start;
}

std::vector<float> WriteStart(PredictorKind kind, std::int64_t streams) {
  return std::vector<float>(streams, kind == PredictorKind::kHc ? 1.0f : 0.0f);
}

at::Tensor Coefficients(const at::Tensor& x) {
  return x.scalar_type() == torch::kFloat64 ? x : x.to(torch::kFloat32);
}

}  // namespace

double Blend::Weight(std::int64_t finished) const {
  const double passed = static_cast<double>(finished + 1 - start) / static_cast<double>(steps);
  return std::clamp(passed, 0.0, 1.0);
}

MixerImpl::MixerImpl(const ConstraintChoice& chosen, const MapPredictorOptions& options)
    : choice(chosen) {
  predictor = register_module("predictor", MapPredictor(options));
}

HyperConnectionImpl::HyperConnectionImpl(const SiteSettings& settings, std::int64_t streams,
                                         std::int64_t channels, std::int64_t site)
    : settings_(settings), streams_(streams), channels_(channels) {
  const PredictorKind read = ToPredictorKind(settings.read);
  const PredictorKind write = ToPredictorKind(settings.write);
  pre = register_module(
      "pre", MapPredictor(MapPredictorOptions{read, streams, channels, settings.dynamic,
                                              settings.alpha, ReadStart(read, streams, site)}));
  post = register_module(
      "post", MapPredictor(MapPredictorOptions{write, streams, channels, settings.dynamic,
                                               settings.alpha, WriteStart(write, streams)}));
  const ConstraintChoice& choice = settings.constraint;
  Install(MakeMixer(choice, ToFloats(StartLogits(choice, static_cast<int>(streams)))));
}

Mixer HyperConnectionImpl::MakeMixer(const ConstraintChoice& choice,
                                     const std::vector<float>& bias) const {
  return Mixer(choice, MapPredictorOptions{ToPredictorKind(settings_.connection), streams_,
                                           channels_, settings_.dynamic, settings_.alpha, bias});
}

void HyperConnectionImpl::Install(Mixer next) {
  if (!mixer.is_empty()) unregister_module("res");
  mixer = register_module("res", std::move(next));
}

StreamMappings HyperConnectionImpl::Maps(const at::Tensor& x_BTNC,
                                         const std::shared_ptr<PartClock>& clock) {
  Enter(clock, StepPart::kCoefficients);
  const at::Tensor x = Coefficients(x_BTNC);
  std::vector<MapPredictor> predictors = {pre, post, mixer->predictor};
  if (!outgoing.is_empty()) predictors.push_back(outgoing->predictor);
  const std::vector<at::Tensor> raw = Predict(predictors, x, settings_.eps_norm);

  StreamMappings maps;
  switch (pre->options().kind) {
    case PredictorKind::kMhc:
      maps.pre_BTN = raw[0].sigmoid();
      if (settings_.eps_pre > 0) maps.pre_BTN = maps.pre_BTN + settings_.eps_pre;
      break;
    case PredictorKind::kHc:
      maps.pre_BTN = raw[0];
      break;
    case PredictorKind::kFixed:
      maps.pre_BTN = torch::full({streams_}, 1.0 / static_cast<double>(streams_), x.options());
      break;
  }
  switch (post->options().kind) {
    case PredictorKind::kMhc:
      maps.post_BTN = 2 * raw[1].sigmoid();
      break;
    case PredictorKind::kHc:
      maps.post_BTN = raw[1];
      break;
    case PredictorKind::kFixed:
      maps.post_BTN = torch::ones({streams_}, x.options());
      break;
  }
  maps.pre_raw_BTN = raw[0];
  maps.post_raw_BTN = raw[1];
  maps.logits_BTK = raw[2];
  Enter(clock, StepPart::kConstraint);
  maps.res_BTNN = MapLogitsDifferentiably(mixer->choice, streams_, raw[2]).to(x.options());
  if (!outgoing.is_empty()) {
    const at::Tensor old = MapLogitsDifferentiably(outgoing->choice, streams_, raw[3]);
    maps.res_BTNN = (1 - blend_weight_) * old.to(x.options()) + blend_weight_ * maps.res_BTNN;
  }
  EnterBackward(clock, maps.res_BTNN, StepPart::kConstraint);
  // The gates and the predictor are walked back after the constraint, whichever of them there are.
  for (const at::Tensor& t : {maps.post_BTN, maps.pre_BTN}) {
    EnterBackward(clock, t, StepPart::kCoefficients);
  }
  for (const at::Tensor& t : raw) EnterBackward(clock, t, StepPart::kCoefficients);
  return maps;
}

at::Tensor HyperConnectionImpl::Read(const StreamMappings& maps, const at::Tensor& x_BTNC) const {
  return maps.pre_BTN.unsqueeze(-2).matmul(Coefficients(x_BTNC)).squeeze(-2);
}

at::Tensor HyperConnectionImpl::Write(const StreamMappings& maps, const at::Tensor& x_BTNC,
                                      const at::Tensor& f_BTC) const {
  const at::Tensor mixed = maps.res_BTNN.matmul(Coefficients(x_BTNC));
  return torch::addcmul(mixed, maps.post_BTN.unsqueeze(-1), f_BTC.unsqueeze(-2))
      .to(x_BTNC.scalar_type());
}

FusedSiteForm HyperConnectionImpl::FusedForm() const {
  FusedSiteForm form{.streams = streams_,
                     .channels = channels_,
                     .eps_norm = settings_.eps_norm,
                     .eps_pre = settings_.eps_pre,
                     .pre = pre,
                     .post = post,
                     .res = mixer->predictor,
                     .constraint = mixer->choice,
                     .outgoing_constraint = {}};
  if (outgoing.is_empty()) return form;
  form.outgoing = outgoing->predictor;
  form.outgoing_constraint = outgoing->choice;
  form.blend_weight = blend_weight_;
  return form;
}

bool HyperConnectionImpl::IsFused(const at::Tensor& x_BTNC) const {
  return settings_.kernels == "fused" && CanFuse(FusedForm(), x_BTNC);
}

// α · dynamic part + b, of which the kernels leave the dynamic part's argument.
void HyperConnectionImpl::TakeRaw(const at::Tensor& u_BTV, StreamMappings& maps) const {
  torch::NoGradGuard no_grad;
  std::int64_t first = 0;
  const auto next = [&](const MapPredictor& predictor) -> at::Tensor {
    if (!predictor->bias.defined()) return {};
    const at::Tensor u = u_BTV.narrow(-1, first, predictor->size());
    first += predictor->size();
    if (!predictor->dynamic()) return predictor->bias;
    const bool bounded = predictor->options().kind == PredictorKind::kHc;
    return torch::addcmul(predictor->bias, predictor->alpha, bounded ? u.tanh() : u);
  };
  maps.pre_raw_BTN = next(pre);
  maps.post_raw_BTN = next(post);
  maps.logits_BTK = next(mixer->predictor);
}

SiteReading HyperConnectionImpl::MapsAndRead(const at::Tensor& x, const at::Tensor& read,
                                             bool with_raw, const std::shared_ptr<PartClock>& clock,
                                             const StreamSource& source) {
  SiteReading reading;
  if (IsFused(x)) {
    Enter(clock, StepPart::kCoefficients);
    const FusedReading fused = FusedMapsAndRead(FusedForm(), x, read, clock, source);
    reading.predicted_BTN = fused.pre_BTN;
    reading.maps.pre_BTN = read.defined() ? read : fused.pre_BTN;
    reading.maps.post_BTN = fused.post_BTN;
    reading.maps.res_BTNN = fused.res_BTNN;
    reading.z_BTC = fused.z_BTC;
    reading.x_BTNC = fused.x_BTNC;
    reading.source = source;
    if (with_raw) TakeRaw(fused.u_BTV, reading.maps);
    return reading;
  }
  reading.maps = Maps(x, clock);
  reading.predicted_BTN = reading.maps.pre_BTN;
  if (read.defined()) reading.maps.pre_BTN = read;
  Enter(clock, StepPart::kApply);
  reading.z_BTC = Read(reading.maps, x);
  EnterBackward(clock, reading.z_BTC, StepPart::kApply);
  reading.x_BTNC = x;
  return reading;
}

SiteWriting HyperConnectionImpl::WriteAndMix(const SiteReading& reading,
                                             const at::Tensor& f) const {
  const StreamMappings& maps = reading.maps;
  const at::Tensor& x = reading.x_BTNC;
  if (!IsFused(x)) return {Write(maps, x, f), {}};
  const FusedWriting written = FusedWriteAndMix(x, f, maps.post_BTN, maps.res_BTNN, reading.source);
  return {written.y_BTNC, written.source};
}

void HyperConnectionImpl::SetConstraint(const ConstraintChoice& choice, const at::Tensor& bias,
                                        std::optional<Blend> blend) {
  const auto count = LogitCount(choice, static_cast<int>(streams_));
  TORCH_INTERNAL_ASSERT(bias.numel() == count);
  Mixer next = MakeMixer(choice, ToFloats(StartLogits(choice, static_cast<int>(streams_))));
  if (count > 0) {
    next->to(bias.device());
    next->predictor->Restart(bias);
  }
  if (FollowsGain(choice) && FollowsGain(mixer->choice)) next->mean_gain = mixer->mean_gain;
  EndBlend();
  if (blend) {
    outgoing = register_module("outgoing", mixer);
    blend_ = blend;
  }
  Install(next);
}

void HyperConnectionImpl::SetConstraintKeepingLogits(const ConstraintChoice& choice) {
  TORCH_INTERNAL_ASSERT(LogitCount(choice, static_cast<int>(streams_)) == mixer->predictor->size());
  if (!FollowsGain(choice)) mixer->mean_gain = std::numeric_limits<double>::quiet_NaN();
  mixer->choice = choice;
}

void HyperConnectionImpl::FollowCompositeGain(double gain) {
  if (!FollowsGain(mixer->choice)) return;
  const HarmonizedUpdate update = UpdateHarmonized(mixer->choice.options, mixer->mean_gain, gain);
  mixer->mean_gain = update.mean_gain;
  mixer->choice.options.Set("scale", update.scale);
}

void HyperConnectionImpl::EndBlend() {
  if (outgoing.is_empty()) return;
  unregister_module("outgoing");
  outgoing = nullptr;
  blend_.reset();
  blend_weight_ = 1.0;
}

}  // namespace mhc
