#include "core/train/probe.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/train/snapshot_arrays.h"

namespace mhc {
namespace {

float Float(double value) { return static_cast<float>(value); }

std::vector<double> ReadBack(const at::Tensor& t) {
  const at::Tensor flat = t.to(torch::kFloat64).contiguous().to(torch::kCPU);
  const double* data = flat.data_ptr<double>();
  return {data, data + flat.numel()};
}

constexpr double kNoLength = 1e-300;

// Streams [tokens, n, C] with their lengths [tokens, n].
struct States {
  at::Tensor x, lengths;
};

States WithLengths(const at::Tensor& x) { return {x, x.norm(2, {-1})}; }

// [n, n], mean over tokens; 0 beside a stream of zeros.
at::Tensor MeanCosines(const States& states) {
  const at::Tensor lengths = states.lengths.clamp_min(kNoLength);
  const at::Tensor cosines = states.x.matmul(states.x.transpose(-1, -2)) / lengths.unsqueeze(-1);
  return (cosines / lengths.unsqueeze(-2)).mean(0);
}

// Of the whole states, mean over tokens; 0 beside one of zeros.
at::Tensor MeanStateCosine(const States& before, const States& after) {
  const at::Tensor lengths = before.lengths.norm(2, {-1}) * after.lengths.norm(2, {-1});
  const at::Tensor products =
      before.x.flatten(1, 2).unsqueeze(-2).matmul(after.x.flatten(1, 2).unsqueeze(-1));
  return (products.flatten() / lengths.clamp_min(kNoLength)).mean();
}

// The R of Xᵀ = QR, [tokens, min(n, C), n]: what of X does not hang on the directions of channels,
// to full precision (XXᵀ would halve the digits of the small singular values).
at::Tensor StreamFactor(const at::Tensor& x) {
  return std::get<1>(at::linalg_qr(x.transpose(-1, -2), "r"));
}

// Logits [tokens, K] -> their max − min [tokens].
at::Tensor LogitRange(const at::Tensor& logits) { return logits.amax(-1) - logits.amin(-1); }

}  // namespace

// Arrays on their way to the host: packed on the device, read back at once.
class Probe::Pack {
 public:
  // Of one length over the places, stacked as [places, …].
  void Add(const std::string& name, const std::vector<at::Tensor>& by_place) {
    Add(name, torch::stack(by_place));
  }
  void Add(const std::string& name, const at::Tensor& t) {
    names_.push_back(name);
    tensors_.push_back(t.to(torch::kFloat64));
  }
  HostArrays Fetch() const {
    std::vector<at::Tensor> flat;
    for (const at::Tensor& t : tensors_) flat.push_back(t.flatten());
    const std::vector<double> values = ReadBack(torch::cat(flat));
    HostArrays arrays;
    auto first = values.begin();
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const auto last = first + tensors_[i].numel();
      arrays[names_[i]] = {tensors_[i].sizes().vec(), {first, last}};
      first = last;
    }
    return arrays;
  }

 private:
  std::vector<std::string> names_;
  std::vector<at::Tensor> tensors_;
};

Probe::Probe(const Configuration& configuration) : settings_(configuration.probe) {
  const std::int64_t all = configuration.train.batch * configuration.model.context;
  const std::int64_t count = std::min(settings_.tokens, all);
  positions_ = torch::empty({count}, torch::kInt64);
  for (std::int64_t i = 0; i < count; ++i) positions_[i] = i * all / count;
}

ForwardTrace Probe::Probed(const ForwardTrace& trace) const {
  return trace.positions.defined() ? trace : trace.At(positions_);
}

at::Tensor Probe::Tokens(const at::Tensor& t, std::int64_t inner_dimensions) const {
  if (t.dim() > inner_dimensions) return t.flatten(0, 1).to(torch::kFloat64);
  std::vector<std::int64_t> shape = t.sizes().vec();
  shape.insert(shape.begin(), positions_.numel());
  return t.unsqueeze(0).expand(shape).to(torch::kFloat64);
}

at::Tensor Probe::StackMaps(const ForwardTrace& trace) const {
  std::vector<at::Tensor> maps;
  for (const StreamMappings& site : trace.sites) maps.push_back(Tokens(site.res_BTNN, 2));
  return torch::stack(maps);
}

void Probe::MeasureScalars(const ForwardTrace& all, StepRecord& record) const {
  const ForwardTrace trace = Probed(all);
  const at::Tensor first = Tokens(trace.streams_BTNC.front(), 2);
  const at::Tensor last = Tokens(trace.streams_BTNC.back(), 2);
  const at::Tensor gain = (last.norm(2, {-2, -1}) / first.norm(2, {-2, -1})).mean();
  const std::int64_t n = first.size(1);
  std::vector<at::Tensor> packed = {gain.reshape({1})};
  if (n > 1) {
    const double pairs = static_cast<double>(n * (n - 1));
    const at::Tensor cosines = MeanCosines(WithLengths(last));
    packed.push_back(((cosines.sum() - cosines.trace()) / pairs).reshape({1}));
  } else {
    packed.push_back(torch::ones({1}, gain.options()));
  }
  std::vector<at::Tensor> spreads;
  for (const StreamMappings& site : trace.sites) {
    if (!site.logits_BTK.defined()) continue;
    spreads.push_back(LogitRange(Tokens(site.logits_BTK, 1)).max());
  }
  packed.push_back(spreads.empty() ? torch::zeros({1}, gain.options())
                                   : torch::stack(spreads).max().reshape({1}));
  const std::vector<double> values = ReadBack(torch::cat(packed));
  record.Set("stream_gain", values[0]);
  if (trace.sites.empty()) return;
  record.Set("stream_cosine", values[1]);
  record.Set("logit_spread", values[2]);

  const at::Tensor maps = StackMaps(trace);
  const std::vector<double> entries = ReadBack(maps);
  const MixingScalars scalars =
      mhc::MeasureScalars({maps.size(0), maps.size(1), maps.size(2), maps.size(3), entries});
  record.Set("site_forward_gain", scalars.site_forward_gain);
  record.Set("site_backward_gain", scalars.site_backward_gain);
  record.Set("composite_forward_gain", scalars.composite_forward_gain.mean);
  record.Set("composite_forward_gain_std", scalars.composite_forward_gain.deviation);
  record.Set("composite_backward_gain", scalars.composite_backward_gain.mean);
  record.Set("composite_backward_gain_std", scalars.composite_backward_gain.deviation);
  record.Set("composite_spectral_norm", scalars.composite_spectral_norm);
  record.Set("composite_distance_to_uniform", scalars.composite_distance_to_uniform);
  record.Set("row_error", scalars.row_error);
  record.Set("column_error", scalars.column_error);
  record.Set("distance_to_identity", scalars.distance_to_identity);
}

void Probe::PackStreams(const std::vector<at::Tensor>& states_PNC, Pack& pack) const {
  std::vector<at::Tensor> rms, cosines, factors, adjacent;
  std::optional<States> before;
  for (const at::Tensor& x : states_PNC) {
    const States states = WithLengths(x);
    rms.push_back(states.lengths.mean(0) / std::sqrt(static_cast<double>(x.size(-1))));
    cosines.push_back(MeanCosines(states));
    factors.push_back(StreamFactor(x));
    if (before) adjacent.push_back(MeanStateCosine(*before, states));
    before = states;
  }
  pack.Add("stream_rms", rms);
  pack.Add("stream_cosine", cosines);
  pack.Add("state_cosine", adjacent);
  pack.Add(kTokenStreamFactor, factors);
}

void Probe::PackCoefficients(const ForwardTrace& trace, Pack& pack) const {
  std::vector<at::Tensor> pre, post, ranges;
  for (const StreamMappings& site : trace.sites) {
    pre.push_back(Tokens(site.pre_BTN, 1));
    post.push_back(Tokens(site.post_BTN, 1));
    ranges.push_back(site.logits_BTK.defined() ? LogitRange(Tokens(site.logits_BTK, 1))
                                               : torch::zeros_like(pre.back().select(-1, 0)));
  }
  const at::Tensor pre_LPN = torch::stack(pre), post_LPN = torch::stack(post);
  pack.Add("pre_mean", pre_LPN.mean(1));
  pack.Add("pre_deviation", pre_LPN.std(1, /*unbiased=*/false));
  pack.Add("post_mean", post_LPN.mean(1));
  pack.Add("post_deviation", post_LPN.std(1, /*unbiased=*/false));
  pack.Add(kTokenPre, pre_LPN);
  pack.Add(kTokenPost, post_LPN);
  pack.Add(kTokenLogitRange, ranges);
  pack.Add(kTokenRes, StackMaps(trace));
}

// ‖H_postᵀ y‖_F = ‖H_post‖ ‖y‖, of every token. The residual model has H_post = H_res = 1.
void Probe::PackBranches(const ForwardTrace& trace, const std::vector<at::Tensor>& states_PNC,
                         Pack& pack) const {
  std::vector<at::Tensor> ratios;
  for (std::size_t i = 0; i < trace.branches_BTC.size(); ++i) {
    at::Tensor kept = states_PNC[i];
    at::Tensor written = Tokens(trace.branches_BTC[i], 1).norm(2, {-1});
    if (!trace.sites.empty()) {
      kept = Tokens(trace.sites[i].res_BTNN, 2).matmul(kept);
      written = written * Tokens(trace.sites[i].post_BTN, 1).norm(2, {-1});
    }
    ratios.push_back((written / kept.norm(2, {-2, -1})).mean());
  }
  if (!ratios.empty()) pack.Add("branch_ratio", ratios);
}

void Probe::PackGradients(const ForwardTrace& trace, Pack& pack) const {
  std::vector<at::Tensor> norms;
  for (const at::Tensor& gradient_BTNC : *trace.gradients_BTNC) {
    norms.push_back(at::norm(gradient_BTNC, 2, {0, 1, 3}, /*keepdim=*/false, torch::kFloat64));
  }
  if (norms.empty()) return;
  const at::Tensor by_stream = torch::stack(norms), norm = by_stream.norm(2, {-1});
  pack.Add("stream_gradient_norm", by_stream);
  pack.Add("measured_backward_gain", norm / norm[-1]);
}

void Probe::PackParameters(const ForwardTrace& trace, Pack& pack) const {
  const at::TensorOptions options = trace.streams_BTNC.front().options().dtype(torch::kFloat64);
  std::vector<at::Tensor> scales, ratios, norms;
  for (std::size_t site = 0; site < trace.parameters.size(); ++site) {
    const StreamMappings& maps = trace.sites[site];
    const at::Tensor& logits = trace.parameters[site].bias[2];
    norms.push_back(logits.defined() ? logits.norm(2, torch::kFloat64) : torch::zeros({}, options));
    const std::array raw = {maps.pre_raw_BTN, maps.post_raw_BTN, maps.logits_BTK};
    for (std::size_t map = 0; map < raw.size(); ++map) {
      const at::Tensor& alpha = trace.parameters[site].alpha[map];
      const bool is_static = !alpha.defined();
      scales.push_back(is_static ? torch::zeros({1}, options) : alpha.to(torch::kFloat64));
      ratios.push_back(is_static ? torch::zeros({}, options)
                                 : DynamicRatio(raw[map], trace.parameters[site].bias[map]));
    }
  }
  if (scales.empty()) return;
  pack.Add("logit_norm", norms);
  pack.Add("alpha", torch::cat(scales).view({-1, 3}));
  pack.Add("dynamic_ratio", torch::stack(ratios).view({-1, 3}));
}

// ‖α·dynamic part‖ / ‖b‖, mean over tokens. Where a map has yet to leave its start at 0, both are 0
// and nothing is dynamic.
at::Tensor Probe::DynamicRatio(const at::Tensor& raw_BTK, const at::Tensor& bias_K) const {
  const at::Tensor bias = bias_K.to(torch::kFloat64);
  const at::Tensor dynamic = (Tokens(raw_BTK, 1) - bias).norm(2, {-1});
  return torch::where(dynamic == 0, dynamic, dynamic / bias.norm()).mean();
}

void Probe::MeasureSnapshots(const ForwardTrace& all, const StepOutcome& outcome,
                             StepRecord& record) const {
  const ForwardTrace trace = Probed(all);
  std::vector<at::Tensor> states_PNC;
  for (const at::Tensor& x : trace.streams_BTNC) states_PNC.push_back(Tokens(x, 2));
  Pack pack;
  PackStreams(states_PNC, pack);
  PackBranches(trace, states_PNC, pack);
  PackGradients(trace, pack);
  if (!trace.sites.empty()) {
    PackCoefficients(trace, pack);
    PackParameters(trace, pack);
  }
  record.snapshots = MakeSnapshots(pack.Fetch());
  if (trace.sites.empty()) return;

  const auto sites = static_cast<std::int64_t>(outcome.sites.size());
  Snapshot by_map{"site_gradient_norm", {sites, 3}, {}};
  Snapshot by_group{"parameter_gradient_norm", {sites, 3}, {}};
  for (const SiteGradientNorms& site : outcome.sites) {
    by_map.data.insert(by_map.data.end(), {Float(site.pre), Float(site.post), Float(site.res)});
    by_group.data.insert(by_group.data.end(),
                         {Float(site.phi), Float(site.bias), Float(site.alpha)});
  }
  record.snapshots.push_back(std::move(by_map));
  record.snapshots.push_back(std::move(by_group));
}

SiteMeans Probe::Means(const ForwardTrace& all) const {
  const ForwardTrace trace = Probed(all);
  SiteMeans means;
  for (const StreamMappings& site : trace.sites) {
    MeanMaps mean{Tokens(site.res_BTNN, 2).mean(0).to(torch::kCPU), {}};
    if (site.logits_BTK.defined()) {
      mean.logits_K = Tokens(site.logits_BTK, 1).mean(0).to(torch::kCPU);
    }
    means.push_back(std::move(mean));
  }
  return means;
}

}  // namespace mhc
