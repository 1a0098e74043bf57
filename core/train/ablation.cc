#include "core/train/ablation.h"

#include <algorithm>

namespace mhc {
namespace {

using Sites = std::vector<std::int64_t>;

bool ReplacesAStream(AblationKind kind) {
  return kind == AblationKind::kStreamZero || kind == AblationKind::kStreamMean;
}

// All of `sites`, then their halves where the kind changes H_res, then each one.
std::vector<Sites> SiteSets(AblationKind kind, std::span<const std::int64_t> sites,
                            bool each_site) {
  std::vector<Sites> sets = {Sites(sites.begin(), sites.end())};
  if (sites.size() < 2) return sets;
  const std::size_t early = (sites.size() + 1) / 2;
  for (const auto half : {sites.first(early), sites.subspan(early)}) {
    const bool comes_later = each_site && half.size() == 1;
    if (!ReplacesAStream(kind) && !comes_later) sets.emplace_back(half.begin(), half.end());
  }
  for (std::size_t i = 0; each_site && i < sites.size(); ++i) sets.push_back({sites[i]});
  return sets;
}

// The mean of each site's H_res over the batches' tokens, [N,N] in the type of the maps. A sum in
// float64 of so few equal numbers is exact: the mean of a map that does not depend on the token is
// itself.
std::vector<at::Tensor> TokenMeans(Trainer& trainer, std::span<const Batch> batches) {
  std::vector<at::Tensor> sums;
  at::ScalarType type = torch::kFloat32;
  double tokens = 0.0;
  for (const Batch& batch : batches) {
    const ForwardTrace trace = trainer.Trace(batch);
    const auto count = static_cast<double>(batch.targets_BT.numel());
    sums.resize(trace.sites.size());
    for (std::size_t site = 0; site < sums.size(); ++site) {
      const at::Tensor& map = trace.sites[site].res_BTNN;
      type = map.scalar_type();
      const at::Tensor wide = map.to(torch::kFloat64);
      const at::Tensor sum = map.dim() == 2 ? wide * count : wide.sum({0, 1});
      sums[site] = sums[site].defined() ? sums[site] + sum : sum;
    }
    tokens += count;
  }
  for (at::Tensor& sum : sums) sum = (sum / tokens).to(type);
  return sums;
}

at::Tensor WithStreamReplaced(const at::Tensor& x_BTNC, AblationKind kind, std::int64_t stream) {
  at::Tensor changed = x_BTNC.clone(at::MemoryFormat::Contiguous);
  at::Tensor replaced_BTC = changed.select(-2, stream);
  if (kind == AblationKind::kStreamZero) {
    replaced_BTC.zero_();
  } else {
    replaced_BTC.copy_(x_BTNC.to(torch::kFloat32).mean(-2));
  }
  return changed;
}

// What is applied in place of H_res of a site, [N,N] in its type.
at::Tensor ReplacementOf(const at::Tensor& res_BTNN, AblationKind kind,
                         const at::Tensor& token_mean_NN) {
  const std::int64_t n = res_BTNN.size(-1);
  switch (kind) {
    case AblationKind::kResIdentity:
      return torch::eye(n, res_BTNN.options());
    case AblationKind::kResUniform:
      return torch::full({n, n}, 1.0 / static_cast<double>(n), res_BTNN.options());
    default:
      return token_mean_NN;
  }
}

// Borrows both.
ForwardHooks HooksOf(const Ablation& ablation, const std::vector<at::Tensor>& token_means) {
  const auto is_at = [&ablation](std::int64_t site) {
    return std::binary_search(ablation.sites.begin(), ablation.sites.end(), site);
  };
  ForwardHooks hooks;
  if (ReplacesAStream(ablation.kind)) {
    hooks.streams = [is_at, &ablation](std::int64_t site, const at::Tensor& x_BTNC) {
      return is_at(site) ? WithStreamReplaced(x_BTNC, ablation.kind, *ablation.stream) : x_BTNC;
    };
  } else {
    hooks.res = [is_at, &ablation, &token_means](std::int64_t site, const at::Tensor& res_BTNN) {
      return is_at(site) ? ReplacementOf(res_BTNN, ablation.kind, token_means[site]) : res_BTNN;
    };
  }
  return hooks;
}

}  // namespace

std::string_view Name(AblationKind kind) {
  switch (kind) {
    case AblationKind::kStreamZero:
      return "stream_zero";
    case AblationKind::kStreamMean:
      return "stream_mean";
    case AblationKind::kResIdentity:
      return "res_identity";
    case AblationKind::kResUniform:
      return "res_uniform";
    case AblationKind::kResTokenMean:
      return "res_token_mean";
  }
  TORCH_INTERNAL_ASSERT(false, "no such ablation");
}

std::vector<Ablation> AblationsAt(std::span<const std::int64_t> sites, std::int64_t streams,
                                  bool each_site) {
  TORCH_INTERNAL_ASSERT(!sites.empty());
  std::vector<Ablation> ablations;
  for (const AblationKind kind :
       {AblationKind::kStreamZero, AblationKind::kStreamMean, AblationKind::kResIdentity,
        AblationKind::kResUniform, AblationKind::kResTokenMean}) {
    for (const Sites& set : SiteSets(kind, sites, each_site)) {
      if (!ReplacesAStream(kind)) {
        ablations.push_back({kind, set, std::nullopt});
        continue;
      }
      for (std::int64_t stream = 0; stream < streams; ++stream) {
        ablations.push_back({kind, set, stream});
      }
    }
  }
  return ablations;
}

AblationStudy Ablate(Trainer& trainer, std::span<const Batch> batches,
                     std::span<const Ablation> ablations) {
  TORCH_INTERNAL_ASSERT(!trainer.model()->sites.empty() && !batches.empty());
  const std::vector<at::Tensor> token_means = TokenMeans(trainer, batches);
  AblationStudy study;
  study.baseline_loss = trainer.Evaluate(batches, nullptr);
  for (const Ablation& ablation : ablations) {
    const ForwardHooks hooks = HooksOf(ablation, token_means);
    const double loss = trainer.Evaluate(batches, &hooks);
    study.interventions.push_back({ablation, loss, loss - study.baseline_loss});
  }
  return study;
}

}  // namespace mhc
