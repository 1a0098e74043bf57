#include "core/train/probe.h"

#include <algorithm>

namespace mhc {
namespace {

std::vector<double> ReadBack(const at::Tensor& t) {
  const at::Tensor flat = t.to(torch::kFloat64).contiguous().to(torch::kCPU);
  const double* data = flat.data_ptr<double>();
  return {data, data + flat.numel()};
}

Snapshot FromTensor(std::string kind, const at::Tensor& t) {
  const std::vector<double> values = ReadBack(t);
  return {std::move(kind), t.sizes().vec(), {values.begin(), values.end()}};
}

Snapshot FromMatrices(std::string kind, const std::vector<Matrix>& matrices) {
  Snapshot snapshot{
      std::move(kind),
      {static_cast<std::int64_t>(matrices.size()), matrices[0].rows(), matrices[0].cols()},
      {}};
  for (const Matrix& matrix : matrices) {
    snapshot.data.insert(snapshot.data.end(), matrix.data(), matrix.data() + matrix.size());
  }
  return snapshot;
}

Snapshot FromVectors(std::string kind, const std::vector<Vector>& vectors) {
  Snapshot snapshot{
      std::move(kind), {static_cast<std::int64_t>(vectors.size()), vectors[0].size()}, {}};
  for (const Vector& vector : vectors) {
    snapshot.data.insert(snapshot.data.end(), vector.begin(), vector.end());
  }
  return snapshot;
}

Snapshot FromSpreads(std::string kind, const std::vector<Spread>& spreads) {
  Snapshot snapshot{std::move(kind), {static_cast<std::int64_t>(spreads.size()), 4}, {}};
  for (const Spread& s : spreads) {
    for (const double value : {s.mean, s.deviation, s.minimum, s.maximum}) {
      snapshot.data.push_back(static_cast<float>(value));
    }
  }
  return snapshot;
}

// Streams [tokens, n, C] -> RMS [n] and cosines [n, n], means over tokens.
at::Tensor MeanRms(const at::Tensor& x) { return x.square().mean(-1).sqrt().mean(0); }

at::Tensor MeanCosines(const at::Tensor& x) {
  const at::Tensor unit = x / x.norm(2, {-1}, /*keepdim=*/true).clamp_min(1e-300);
  return unit.matmul(unit.transpose(-1, -2)).mean(0);
}

}  // namespace

Probe::Probe(const Configuration& configuration) : settings_(configuration.probe) {
  const std::int64_t all = configuration.train.batch * configuration.model.context;
  const std::int64_t count = std::min(settings_.tokens, all);
  positions_ = torch::empty({count}, torch::kInt64);
  for (std::int64_t i = 0; i < count; ++i) positions_[i] = i * all / count;
}

at::Tensor Probe::Select(const at::Tensor& t, std::int64_t inner_dimensions) const {
  if (t.dim() == inner_dimensions) {
    std::vector<std::int64_t> shape = t.sizes().vec();
    shape.insert(shape.begin(), positions_.numel());
    return t.unsqueeze(0).expand(shape).to(torch::kFloat64);
  }
  return t.flatten(0, 1).index_select(0, positions_.to(t.device())).to(torch::kFloat64);
}

TokenMaps Probe::GatherMaps(const ForwardTrace& trace) const {
  std::vector<at::Tensor> maps;
  for (const StreamMappings& site : trace.sites) maps.push_back(Select(site.res_BTNN, 2));
  const at::Tensor stacked = torch::stack(maps);
  return {stacked.size(0), stacked.size(1), stacked.size(2), ReadBack(stacked)};
}

void Probe::MeasureScalars(const ForwardTrace& trace, StepRecord& record) const {
  const at::Tensor first = Select(trace.streams_BTNC.front(), 2);
  const at::Tensor last = Select(trace.streams_BTNC.back(), 2);
  const at::Tensor gain = (last.norm(2, {-2, -1}) / first.norm(2, {-2, -1})).mean();
  const std::int64_t n = first.size(1);
  std::vector<at::Tensor> packed = {gain.reshape({1})};
  if (n > 1) {
    const double pairs = static_cast<double>(n * (n - 1));
    const at::Tensor cosines = MeanCosines(last);
    packed.push_back(((cosines.sum() - cosines.trace()) / pairs).reshape({1}));
  } else {
    packed.push_back(torch::ones({1}, gain.options()));
  }
  std::vector<at::Tensor> spreads;
  for (const StreamMappings& site : trace.sites) {
    if (!site.logits_BTK.defined()) continue;
    const at::Tensor logits = Select(site.logits_BTK, 1);
    spreads.push_back((logits.amax(-1) - logits.amin(-1)).max());
  }
  packed.push_back(spreads.empty() ? torch::zeros({1}, gain.options())
                                   : torch::stack(spreads).max().reshape({1}));
  const std::vector<double> values = ReadBack(torch::cat(packed));
  record.Set("stream_gain", values[0]);
  if (trace.sites.empty()) return;
  record.Set("stream_cosine", values[1]);
  record.Set("logit_spread", values[2]);

  const MixingScalars scalars = mhc::MeasureScalars(GatherMaps(trace));
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

void Probe::MeasureSnapshots(const ForwardTrace& trace, const StepOutcome& outcome,
                             StepRecord& record) const {
  std::vector<Snapshot>& out = record.snapshots;
  std::vector<at::Tensor> rms, cosines;
  for (const at::Tensor& streams : trace.streams_BTNC) {
    const at::Tensor x = Select(streams, 2);
    rms.push_back(MeanRms(x));
    cosines.push_back(MeanCosines(x));
  }
  out.push_back(FromTensor("stream_rms", torch::stack(rms)));
  out.push_back(FromTensor("stream_cosine", torch::stack(cosines)));
  if (trace.sites.empty()) return;

  std::vector<at::Tensor> pre, post;
  for (const StreamMappings& site : trace.sites) {
    pre.push_back(Select(site.pre_BTN, 1));
    post.push_back(Select(site.post_BTN, 1));
  }
  const at::Tensor pre_LPN = torch::stack(pre), post_LPN = torch::stack(post);
  out.push_back(FromTensor("pre_mean", pre_LPN.mean(1)));
  out.push_back(FromTensor("pre_deviation", pre_LPN.std(1, /*unbiased=*/false)));
  out.push_back(FromTensor("post_mean", post_LPN.mean(1)));
  out.push_back(FromTensor("post_deviation", post_LPN.std(1, /*unbiased=*/false)));

  const MixingProfile profile = MeasureProfile(GatherMaps(trace));
  out.push_back(FromMatrices("res_mean", profile.res_mean));
  out.push_back(FromMatrices("res_deviation", profile.res_deviation));
  out.push_back(FromSpreads("forward_gain", profile.forward_gain));
  out.push_back(FromSpreads("backward_gain", profile.backward_gain));
  out.push_back(FromSpreads("prefix_forward_gain", profile.prefix_forward_gain));
  out.push_back(FromSpreads("suffix_backward_gain", profile.suffix_backward_gain));
  out.push_back(FromMatrices("prefix_mean", profile.prefix_mean));
  out.push_back(FromMatrices("suffix_mean", profile.suffix_mean));
  Snapshot product = FromMatrices("token_mean_product", {profile.token_mean_product});
  product.shape.erase(product.shape.begin());
  out.push_back(std::move(product));
  out.push_back(FromVectors("singular_values", profile.singular_values));
  out.push_back(FromVectors("prefix_singular_values", profile.prefix_singular_values));

  Snapshot gradients{
      "site_gradient_norm", {static_cast<std::int64_t>(outcome.sites.size()), 3}, {}};
  for (const SiteGradientNorms& site : outcome.sites) {
    for (const double norm : {site.pre, site.post, site.res}) {
      gradients.data.push_back(static_cast<float>(norm));
    }
  }
  out.push_back(std::move(gradients));
}

SiteMeans Probe::Means(const ForwardTrace& trace) const {
  SiteMeans means;
  for (const StreamMappings& site : trace.sites) {
    MeanMaps mean{Select(site.res_BTNN, 2).mean(0).to(torch::kCPU), {}};
    if (site.logits_BTK.defined()) {
      mean.logits_K = Select(site.logits_BTK, 1).mean(0).to(torch::kCPU);
    }
    means.push_back(std::move(mean));
  }
  return means;
}

}  // namespace mhc
