#include "core/model/decoder.h"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

#include "core/model/linear_product.h"

namespace mhc {
namespace {

// Learned per-stream scales start at 0.6 with Xavier noise, which breaks the streams' symmetry
// (arXiv 2606.03483 and its code).
constexpr double kExpansionScale = 0.6;
constexpr double kReadoutEpsilon = 1e-6;

// [B,T,…] -> its tokens at `positions`, [1,P,…]; whole where those are undefined, or where `t` has
// no tokens: it has `inner_dimensions` then.
at::Tensor AtPositions(const at::Tensor& t, const at::Tensor& positions,
                       std::int64_t inner_dimensions) {
  if (!t.defined() || !positions.defined() || t.dim() == inner_dimensions) return t;
  return t.flatten(0, 1).index_select(0, positions.to(t.device())).unsqueeze(0);
}

// The raw values of read and write in detail only.
StreamMappings AtPositions(const StreamMappings& maps, const at::Tensor& positions,
                           bool in_detail) {
  const auto at = [&positions](const at::Tensor& t, std::int64_t inner_dimensions) {
    if (!t.defined()) return t;
    // One without tokens may be a parameter itself, or a view of one: the optimizer changes those.
    if (t.dim() == inner_dimensions) return t.detach().clone();
    return AtPositions(t.detach(), positions, inner_dimensions);
  };
  const at::Tensor none;
  return {at(maps.pre_BTN, 1),
          at(maps.post_BTN, 1),
          at(maps.res_BTNN, 2),
          at(maps.logits_BTK, 1),
          in_detail ? at(maps.pre_raw_BTN, 1) : none,
          in_detail ? at(maps.post_raw_BTN, 1) : none};
}

SiteParameters CopyOf(const HyperConnection& site) {
  const auto copy = [](const at::Tensor& t) { return t.defined() ? t.detach().clone() : t; };
  const MapPredictor &pre = site->pre, &post = site->post, &res = site->mixer->predictor;
  return {.bias = {copy(pre->bias), copy(post->bias), copy(res->bias)},
          .alpha = {copy(pre->alpha), copy(post->alpha), copy(res->alpha)}};
}

// What the sublayers compute with: float32, and float64 in a model that was made double.
at::Tensor Wide(const at::Tensor& x) {
  return x.scalar_type() == torch::kBFloat16 ? x.to(torch::kFloat32) : x;
}

// The residual model's state [B,T,C] is one stream.
at::Tensor AsStreams(const at::Tensor& x) { return x.dim() == 3 ? x.unsqueeze(-2) : x; }

// A gradient is cut to the kept tokens as it passes: retained whole, those of all states would be
// as many numbers again as the activations.
void TraceStreams(const at::Tensor& x, ForwardTrace* trace) {
  if (trace == nullptr) return;
  Enter(trace->clock, StepPart::kTrace);
  const std::size_t place = trace->streams_BTNC.size();
  trace->streams_BTNC.push_back(AtPositions(AsStreams(x.detach()), trace->positions, 2));
  if (!trace->in_detail || !x.requires_grad()) return;
  trace->gradients_BTNC->resize(place + 1);
  x.register_hook([place, all = trace->gradients_BTNC, positions = trace->positions,
                   clock = trace->clock](const at::Tensor& gradient) {
    const StepPart next = clock ? clock->current() : StepPart::kRest;
    Enter(clock, StepPart::kTrace);
    all->at(place) = AtPositions(AsStreams(gradient.detach()), positions, 2);
    Enter(clock, next);
  });
}

void TraceBranch(const at::Tensor& y_BTC, ForwardTrace* trace) {
  if (trace == nullptr || !trace->in_detail) return;
  Enter(trace->clock, StepPart::kTrace);
  trace->branches_BTC.push_back(AtPositions(y_BTC.detach(), trace->positions, 1));
}

void TraceMaps(const StreamMappings& maps, const HyperConnection& site, ForwardTrace* trace) {
  if (trace == nullptr) return;
  trace->sites.push_back(AtPositions(maps, trace->positions, trace->in_detail));
  if (trace->in_detail) trace->parameters.push_back(CopyOf(site));
}

// The read that no site predicts: all of stream 0. [N], of the type of the other reads.
at::Tensor FirstStream(const HyperConnection& site) {
  at::TensorOptions options(torch::kFloat32);
  const std::vector<at::Tensor> parameters = site->parameters();
  if (!parameters.empty()) options = parameters[0].options().requires_grad(false);
  at::Tensor one_hot = torch::zeros({site->streams()}, options);
  one_hot[0] = 1.0;
  return one_hot;
}

}  // namespace

ForwardTrace ForwardTrace::At(const at::Tensor& wanted) const {
  ForwardTrace kept;
  kept.positions = wanted;
  kept.in_detail = in_detail;
  kept.parameters = parameters;
  for (const StreamMappings& maps : sites)
    kept.sites.push_back(AtPositions(maps, wanted, in_detail));
  const auto keep = [&wanted](const std::vector<at::Tensor>& all, std::vector<at::Tensor>& few,
                              std::int64_t inner_dimensions) {
    for (const at::Tensor& t : all) few.push_back(AtPositions(t, wanted, inner_dimensions));
  };
  keep(streams_BTNC, kept.streams_BTNC, 2);
  keep(branches_BTC, kept.branches_BTC, 1);
  keep(*gradients_BTNC, *kept.gradients_BTNC, 2);
  return kept;
}

DecoderBlockImpl::DecoderBlockImpl(const ModelSettings& settings) {
  attention_norm = register_module("attention_norm", RmsNorm(settings.channels));
  attention = register_module("attention",
                              CausalAttention(settings.channels, settings.heads, settings.context));
  mlp_norm = register_module("mlp_norm", RmsNorm(settings.channels));
  mlp = register_module("mlp", SwiGlu(settings.channels));
}

DecoderImpl::DecoderImpl(const Configuration& configuration, std::int64_t vocabulary)
    : settings_(configuration.model), residual_(configuration.SiteCount() == 0) {
  const std::int64_t n = configuration.StreamCount(), channels = settings_.channels;
  embedding_ = register_module("embedding", torch::nn::Embedding(vocabulary, channels));
  if (settings_.expand == "scaled" && !residual_) {
    expansion_scale_NC_ = register_parameter("expansion_scale", torch::empty({n, channels}));
  }
  const auto block_list = register_module("blocks", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < settings_.blocks; ++i) {
    blocks_.emplace_back(settings_);
    block_list->push_back(blocks_.back());
  }
  const auto site_list = register_module("sites", torch::nn::ModuleList());
  for (std::int64_t site = 0; site < configuration.SiteCount(); ++site) {
    sites.emplace_back(configuration.SiteAsBuilt(site), n, channels, site);
    site_list->push_back(sites.back());
  }
  if (settings_.readout == "learned" && !residual_ && !configuration.ReadsOutWithLastRead()) {
    readout_ = register_module(
        "readout",
        MapPredictor(MapPredictorOptions{PredictorKind::kMhc, n, channels, true,
                                         configuration.mixing.alpha, std::vector<float>(n, 0.0f)}));
  }
  norm_ = register_module("norm", RmsNorm(channels));
  head_ = register_module(
      "head", torch::nn::Linear(torch::nn::LinearOptions(channels, vocabulary).bias(false)));
  Initialise(configuration.seed);
}

void DecoderImpl::Initialise(std::int64_t seed) {
  torch::NoGradGuard no_grad;
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  const double channels = static_cast<double>(settings_.channels);
  const double depth_scale = 1.0 / std::sqrt(2.0 * static_cast<double>(settings_.blocks));
  const auto draw = [&](at::Tensor& t, double deviation) { t.normal_(0.0, deviation, generator); };
  const auto fan_in = [](const at::Tensor& t) {
    return 1.0 / std::sqrt(static_cast<double>(t.size(1)));
  };
  draw(embedding_->weight, 1.0 / std::sqrt(channels));
  for (DecoderBlock& block : blocks_) {
    draw(block->attention->qkv->weight, fan_in(block->attention->qkv->weight));
    draw(block->attention->output->weight, depth_scale * fan_in(block->attention->output->weight));
    draw(block->mlp->gate_up->weight, fan_in(block->mlp->gate_up->weight));
    draw(block->mlp->down->weight, depth_scale * fan_in(block->mlp->down->weight));
  }
  draw(head_->weight, 1.0 / std::sqrt(channels));
  if (expansion_scale_NC_.defined()) {
    const double fan = channels + static_cast<double>(expansion_scale_NC_.size(0));
    draw(expansion_scale_NC_, std::sqrt(2.0 / fan));
    expansion_scale_NC_.add_(kExpansionScale);
  }
}

at::Tensor DecoderImpl::Expand(const at::Tensor& x_BTC) const {
  const std::int64_t n = settings_.streams;
  const at::Tensor streams = x_BTC.unsqueeze(-2);
  return expansion_scale_NC_.defined() ? streams * expansion_scale_NC_
                                       : streams.expand({-1, -1, n, -1});
}

at::Tensor DecoderImpl::ReadOut(const at::Tensor& x_BTNC, const at::Tensor& last_read_BTN) {
  const at::Tensor x = Wide(x_BTNC);
  if (settings_.readout == "sum") return x.sum(-2);
  if (settings_.readout == "mean") return x.mean(-2);
  const at::Tensor weights_BTN =
      readout_.is_empty() ? last_read_BTN : Predict({readout_}, x, kReadoutEpsilon)[0].sigmoid();
  return weights_BTN.unsqueeze(-2).matmul(x).squeeze(-2);
}

at::Tensor DecoderImpl::Sublayer(std::size_t index, const at::Tensor& z_BTC,
                                 const std::shared_ptr<PartClock>& clock) {
  Enter(clock, StepPart::kSublayer);
  DecoderBlock& block = blocks_[index / 2];
  const at::Tensor y_BTC = index % 2 == 0 ? block->attention(block->attention_norm(z_BTC))
                                          : block->mlp(block->mlp_norm(z_BTC));
  EnterBackward(clock, y_BTC, StepPart::kSublayer);
  return y_BTC;
}

at::Tensor DecoderImpl::ForwardResidual(at::Tensor x, ForwardTrace* trace) {
  const at::ScalarType stream_type = x.scalar_type();
  const std::shared_ptr<PartClock> clock = trace ? trace->clock : nullptr;
  EnterBackward(clock, x, StepPart::kRest);
  for (std::size_t i = 0; i < 2 * blocks_.size(); ++i) {
    TraceStreams(x, trace);
    Enter(clock, StepPart::kApply);
    const at::Tensor wide = Wide(x);
    if (!wide.is_same(x)) EnterBackward(clock, wide, StepPart::kApply);
    const at::Tensor y_BTC = Sublayer(i, wide, clock);
    TraceBranch(y_BTC, trace);
    Enter(clock, StepPart::kApply);
    x = (wide + y_BTC).to(stream_type);
    EnterBackward(clock, x, StepPart::kApply);
  }
  TraceStreams(x, trace);
  Enter(clock, StepPart::kRest);
  return LinearProduct(norm_(Wide(x)), head_->weight);
}

at::Tensor DecoderImpl::Forward(const at::Tensor& tokens_BT, ForwardTrace* trace,
                                const ForwardHooks* hooks) {
  at::Tensor x = embedding_(tokens_BT);
  const auto stream_type = settings_.dtype == "bfloat16" ? torch::kBFloat16 : x.scalar_type();
  if (residual_) return ForwardResidual(x.to(stream_type), trace);
  x = Expand(x).to(stream_type).contiguous();
  const std::shared_ptr<PartClock> clock = trace ? trace->clock : nullptr;
  EnterBackward(clock, x, StepPart::kRest);
  at::Tensor predicted_read_BTN;  // by the site before
  StreamSource source;            // of x, where it is not kept
  for (std::size_t i = 0; i < sites.size(); ++i) {
    const auto site = static_cast<std::int64_t>(i);
    if (hooks && hooks->streams) {
      x = hooks->streams(site, x);
      source = {};
    }
    at::Tensor read_BTN;
    if (sites[i]->settings().delayed_read) {
      read_BTN = predicted_read_BTN.defined() ? predicted_read_BTN : FirstStream(sites[i]);
    }
    SiteReading reading = sites[i]->MapsAndRead(x, read_BTN, trace != nullptr, clock, source);
    predicted_read_BTN = reading.predicted_BTN;
    StreamMappings& maps = reading.maps;
    if (hooks && hooks->res) maps.res_BTNN = hooks->res(site, maps.res_BTNN);
    TraceStreams(x, trace);
    TraceMaps(maps, sites[i], trace);
    const at::Tensor y_BTC = Sublayer(i, reading.z_BTC, clock);
    TraceBranch(y_BTC, trace);
    Enter(clock, StepPart::kApply);
    SiteWriting written = sites[i]->WriteAndMix(reading, y_BTC);
    x = written.x_BTNC;
    source = KeepsStreams(site + 1, static_cast<std::int64_t>(sites.size())) ? StreamSource()
                                                                             : written.source;
    EnterBackward(clock, x, StepPart::kApply);
  }
  TraceStreams(x, trace);
  Enter(clock, StepPart::kRest);
  return LinearProduct(norm_(ReadOut(x, predicted_read_BTN)), head_->weight);
}

bool DecoderImpl::AdvanceBlends(std::int64_t finished) {
  bool ended = false;
  for (HyperConnection& site : sites) {
    if (!site->blend()) continue;
    const double weight = site->blend()->Weight(finished);
    site->SetBlendWeight(weight);
    if (weight < 1.0) continue;
    site->EndBlend();
    ended = true;
  }
  return ended;
}

std::int64_t DecoderImpl::ParameterCount() const {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : parameters()) count += parameter.numel();
  return count;
}

std::int64_t DecoderImpl::MixingParameterCount() const {
  std::int64_t count = 0;
  for (const auto& entry : named_parameters()) {
    if (IsMixingParameter(entry.key())) count += entry.value().numel();
  }
  return count;
}

bool IsMixingParameter(const std::string& name) {
  return name.starts_with("sites.") || name.starts_with("readout.") || name == "expansion_scale";
}

}  // namespace mhc
