#include "core/train/probe.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <span>

#include "core/model/kernel_place.h"
#include "core/model/kernels/depth_kernels.h"
#include "core/model/kernels/site_kernels.h"
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

// Of the Grams X Xᵀ of states [places, tokens, n, n]: ‖X_i‖ [places, tokens, n].
at::Tensor Lengths(const at::Tensor& grams) { return grams.diagonal(0, -2, -1).sqrt(); }

// ‖X‖_F [places, tokens].
at::Tensor Norms(const at::Tensor& grams) { return grams.diagonal(0, -2, -1).sum(-1).sqrt(); }

// [places, tokens, n, n]; 0 beside a stream of zeros.
at::Tensor Cosines(const at::Tensor& grams) {
  const at::Tensor lengths = Lengths(grams).clamp_min(kNoLength);
  return grams / lengths.unsqueeze(-1) / lengths.unsqueeze(-2);
}

// Sites whose map has equally many raw values, by that number: they are measured in one operation.
// None of those that have no values.
std::map<std::int64_t, std::vector<std::int64_t>> SitesBySize(const std::vector<at::Tensor>& raw) {
  std::map<std::int64_t, std::vector<std::int64_t>> sites;
  for (std::size_t site = 0; site < raw.size(); ++site) {
    if (!raw[site].defined()) continue;
    sites[raw[site].size(-1)].push_back(static_cast<std::int64_t>(site));
  }
  return sites;
}

std::vector<at::Tensor> Those(const std::vector<at::Tensor>& all,
                              const std::vector<std::int64_t>& sites) {
  std::vector<at::Tensor> some;
  for (const std::int64_t site : sites) some.push_back(all[static_cast<std::size_t>(site)]);
  return some;
}

}  // namespace

// Arrays on their way to the host: packed on the device, read back at once.
class Probe::Pack {
 public:
  void Add(const std::string& name, const at::Tensor& t) {
    names_.push_back(name);
    tensors_.push_back(t.to(torch::kFloat64));
  }
  // [places, tokens, …] as its mean and, under a name of its own, its deviation.
  void AddOverTokens(const std::string& name, const at::Tensor& t) {
    Add(name, t.mean(1));
    Add(name + "_deviation", t.std(1, /*unbiased=*/false));
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

Probe::Probe(const Configuration& configuration)
    : settings_(configuration.probe), steps_(configuration.train.steps) {
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

at::Tensor Probe::StackTokens(std::vector<at::Tensor> by_place,
                              std::int64_t inner_dimensions) const {
  for (at::Tensor& t : by_place) {
    if (t.dim() > inner_dimensions) continue;
    std::vector<std::int64_t> shape = {1, positions_.numel()};
    shape.insert(shape.end(), t.sizes().begin(), t.sizes().end());
    t = t.expand(shape);
  }
  return torch::cat(by_place).to(torch::kFloat64);
}

template <class Member>
std::vector<at::Tensor> Probe::OfSites(const ForwardTrace& trace, Member member) {
  std::vector<at::Tensor> by_site;
  for (const StreamMappings& site : trace.sites) by_site.push_back(site.*member);
  return by_site;
}

// In double precision, by the kernels where these take the streams.
Probe::StateProducts Probe::ProductsOf(const at::Tensor& state, const at::Tensor& last) const {
  const std::int64_t n = state.size(-2), tokens = positions_.numel();
  const bool by_kernel = state.device().is_cpu() && n <= kernels::kMostStreams &&
                         state.scalar_type() != torch::kFloat64;
  if (!by_kernel) {
    const at::Tensor x = Tokens(state, 2);
    at::Tensor with_last;
    if (last.defined()) with_last = (Tokens(last, 2) * x).sum({-2, -1});
    return {x.matmul(x.transpose(-1, -2)), with_last};
  }
  const at::Tensor x = state.to(torch::kFloat32).contiguous();
  const at::Tensor before = last.defined() ? last.to(torch::kFloat32).contiguous() : at::Tensor();
  const at::TensorOptions options = x.options().dtype(torch::kFloat64);
  const at::Tensor grams = torch::empty({tokens, n, n}, options);
  const at::Tensor products = last.defined() ? torch::empty({tokens}, options) : at::Tensor();
  kernels::MakeGrams({.tokens = tokens,
                      .channels = x.size(-1),
                      .streams = static_cast<int>(n),
                      .state = x.const_data_ptr<float>(),
                      .before = last.defined() ? before.const_data_ptr<float>() : nullptr,
                      .grams = grams.mutable_data_ptr<double>(),
                      .products = last.defined() ? products.mutable_data_ptr<double>() : nullptr},
                     ThisPlace());
  return {grams, products};
}

// max − min of the logits [sites, tokens]; 0 where a site has none.
at::Tensor Probe::LogitRanges(const ForwardTrace& trace) const {
  const auto logits = OfSites(trace, &StreamMappings::logits_BTK);
  at::Tensor ranges = torch::zeros({static_cast<std::int64_t>(logits.size()), positions_.numel()},
                                   trace.streams_BTNC.front().options().dtype(torch::kFloat64));
  for (const auto& [size, sites] : SitesBySize(logits)) {
    const at::Tensor z = StackTokens(Those(logits, sites), 1);
    ranges.index_copy_(0, torch::tensor(sites).to(ranges.device()), z.amax(-1) - z.amin(-1));
  }
  return ranges;
}

void Probe::MeasureScalars(const ForwardTrace& all, StepRecord& record) const {
  const ForwardTrace trace = Probed(all);
  const at::Tensor grams = torch::stack({ProductsOf(trace.streams_BTNC.front(), {}).gram_PNN,
                                         ProductsOf(trace.streams_BTNC.back(), {}).gram_PNN});
  const at::Tensor norms = Norms(grams);
  const std::int64_t n = grams.size(-1);
  std::vector<at::Tensor> packed = {(norms[1] / norms[0]).mean().reshape({1})};
  if (!trace.sites.empty()) {
    const at::Tensor cosines = Cosines(grams)[1].mean(0);
    packed.push_back(
        ((cosines.sum() - cosines.trace()) / static_cast<double>(n * (n - 1))).reshape({1}));
    packed.push_back(LogitRanges(trace).max().reshape({1}));
    packed.push_back(StackTokens(OfSites(trace, &StreamMappings::res_BTNN), 2).flatten());
  }
  const std::vector<double> values = ReadBack(torch::cat(packed));
  record.Set("stream_gain", values[0]);
  if (trace.sites.empty()) return;
  record.Set("stream_cosine", n == 1 ? 1.0 : values[1]);
  record.Set("logit_spread", values[2]);

  const auto sites = static_cast<std::int64_t>(trace.sites.size());
  const MixingScalars scalars = mhc::MeasureScalars(
      {sites, positions_.numel(), n, n, std::span(values).subspan(packed.size() - 1)});
  record.Set("site_forward_gain", scalars.site_forward_gain);
  record.Set("site_backward_gain", scalars.site_backward_gain);
  record.Set("composite_forward_gain", scalars.composite_forward_gain.mean);
  record.Set("composite_forward_gain_std", scalars.composite_forward_gain.deviation);
  record.Set("composite_backward_gain", scalars.composite_backward_gain.mean);
  record.Set("composite_backward_gain_std", scalars.composite_backward_gain.deviation);
  record.Set("composite_spectral_norm", scalars.composite_spectral_norm);
  record.Set("composite_distance_to_uniform_spectral",
             scalars.composite_distance_to_uniform_spectral);
  record.Set("row_error", scalars.row_error);
  record.Set("column_error", scalars.column_error);
  record.Set("distance_to_identity", scalars.distance_to_identity);
}

// All of it from the Grams of the states and the products of adjacent ones. ‖H X‖²_F = tr(H G Hᵀ),
// and ‖H_postᵀ y‖_F = ‖H_post‖ ‖y‖, of every token. The residual model has H_post = H_res = 1.
void Probe::PackStreams(const ForwardTrace& trace, Pack& pack) const {
  std::vector<at::Tensor> gram_by_place, product_by_site;
  at::Tensor last;
  for (const at::Tensor& state : trace.streams_BTNC) {
    const StateProducts products = ProductsOf(state, last);
    gram_by_place.push_back(products.gram_PNN);
    if (last.defined()) product_by_site.push_back(products.with_last_P);
    last = state;
  }
  const at::Tensor grams = torch::stack(gram_by_place), norms = Norms(grams);
  const std::int64_t sites = grams.size(0) - 1;
  const at::Tensor before = norms.narrow(0, 0, sites), after = norms.narrow(0, 1, sites);
  const at::Tensor products = torch::stack(product_by_site);
  pack.AddOverTokens("stream_rms", Lengths(grams) / std::sqrt(static_cast<double>(last.size(-1))));
  pack.AddOverTokens("stream_cosine", Cosines(grams));
  pack.AddOverTokens("state_cosine", products / (before * after).clamp_min(kNoLength));
  pack.Add(kTokenGram, grams);
  if (trace.branches_BTC.empty()) return;
  at::Tensor kept = before, written = StackTokens(trace.branches_BTC, 1).norm(2, {-1});
  if (!trace.sites.empty()) {
    const at::Tensor res = StackTokens(OfSites(trace, &StreamMappings::res_BTNN), 2);
    const at::Tensor post = StackTokens(OfSites(trace, &StreamMappings::post_BTN), 1);
    const at::Tensor squares = (res.matmul(grams.narrow(0, 0, sites)) * res).sum({-2, -1});
    // The Gram of a state that is infinite has no differences: the state itself stays infinite.
    kept = torch::where(before.isinf(), before, squares.clamp_min(0.0).sqrt());
    written = written * post.norm(2, {-1});
  }
  pack.AddOverTokens("branch_ratio", written / kept);
}

void Probe::PackCoefficients(const ForwardTrace& trace, Pack& pack) const {
  const at::Tensor pre = StackTokens(OfSites(trace, &StreamMappings::pre_BTN), 1);
  const at::Tensor post = StackTokens(OfSites(trace, &StreamMappings::post_BTN), 1);
  pack.Add("pre_mean", pre.mean(1));
  pack.Add("pre_deviation", pre.std(1, /*unbiased=*/false));
  pack.Add("post_mean", post.mean(1));
  pack.Add("post_deviation", post.std(1, /*unbiased=*/false));
  pack.Add(kTokenPre, pre);
  pack.Add(kTokenPost, post);
  pack.Add(kTokenLogitRange, LogitRanges(trace));
  pack.Add(kTokenRes, StackTokens(OfSites(trace, &StreamMappings::res_BTNN), 2));
}

void Probe::PackGradients(const ForwardTrace& trace, Pack& pack) const {
  if (trace.gradients_BTNC->empty()) return;
  std::vector<at::Tensor> norms;
  for (const at::Tensor& gradient : *trace.gradients_BTNC) {
    norms.push_back(Lengths(ProductsOf(gradient, {}).gram_PNN));
  }
  const at::Tensor by_stream = torch::stack(norms).norm(2, {1}), norm = by_stream.norm(2, {-1});
  pack.Add("stream_gradient_norm", by_stream);
  pack.Add("measured_backward_gain", norm / norm[-1]);
}

void Probe::PackParameters(const ForwardTrace& trace, Pack& pack) const {
  const at::TensorOptions options = trace.streams_BTNC.front().options().dtype(torch::kFloat64);
  const auto sites = static_cast<std::int64_t>(trace.parameters.size());
  if (sites == 0) return;
  const at::Tensor norms = torch::zeros({sites}, options),
                   ratios = torch::zeros({sites, positions_.numel(), 3}, options);
  std::vector<at::Tensor> scales;
  const std::array raw = {OfSites(trace, &StreamMappings::pre_raw_BTN),
                          OfSites(trace, &StreamMappings::post_raw_BTN),
                          OfSites(trace, &StreamMappings::logits_BTK)};
  for (std::size_t map = 0; map < raw.size(); ++map) {
    std::vector<at::Tensor> dynamic(sites), bias(sites);
    for (std::size_t site = 0; site < dynamic.size(); ++site) {
      const SiteParameters& parameters = trace.parameters[site];
      const bool is_dynamic = parameters.alpha[map].defined();
      scales.push_back(is_dynamic ? parameters.alpha[map] : torch::zeros({1}, options));
      bias[site] = parameters.bias[map];
      if (is_dynamic) dynamic[site] = raw[map][site];
    }
    AddDynamicRatios(dynamic, bias, ratios.select(2, static_cast<std::int64_t>(map)));
    if (map < 2) continue;
    for (const auto& [size, some] : SitesBySize(bias)) {
      const at::Tensor b = torch::stack(Those(bias, some)).to(torch::kFloat64);
      at::Tensor(norms).index_copy_(0, torch::tensor(some).to(norms.device()), b.norm(2, {-1}));
    }
  }
  pack.Add("logit_norm", norms);
  pack.Add("alpha", torch::cat(scales).view({3, sites}).transpose(0, 1));
  pack.AddOverTokens("dynamic_ratio", ratios);
}

// ‖α·dynamic part‖ / ‖b‖. Where a map has yet to leave its start at 0, both are 0
// and nothing is dynamic.
void Probe::AddDynamicRatios(const std::vector<at::Tensor>& raw_BTK,
                             const std::vector<at::Tensor>& bias_K, at::Tensor ratios) const {
  for (const auto& [size, sites] : SitesBySize(raw_BTK)) {
    const at::Tensor bias = torch::stack(Those(bias_K, sites)).to(torch::kFloat64).unsqueeze(1);
    const at::Tensor dynamic = (StackTokens(Those(raw_BTK, sites), 1) - bias).norm(2, {-1});
    const at::Tensor ratio = torch::where(dynamic == 0, dynamic, dynamic / bias.norm(2, {-1}));
    ratios.index_copy_(0, torch::tensor(sites).to(ratios.device()), ratio);
  }
}

void Probe::MeasureSnapshots(const ForwardTrace& all, const StepOutcome& outcome,
                             StepRecord& record) const {
  const ForwardTrace trace = Probed(all);
  Pack pack;
  PackStreams(trace, pack);
  PackGradients(trace, pack);
  if (!trace.sites.empty()) {
    PackCoefficients(trace, pack);
    PackParameters(trace, pack);
  }
  record.snapshots = MakeSnapshots(pack.Fetch(), ThisPlace());
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
