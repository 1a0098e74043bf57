#include "core/train/constraint_transfer.h"

#include <algorithm>

#include "core/manifold/constraints/harmonized.h"
#include "core/manifold/matrix_fit.h"

namespace mhc {
namespace {

at::Tensor ToTensor(const std::vector<double>& values, torch::Device device) {
  return torch::tensor(values, torch::kFloat64).to(device);
}

// The logits of `match_matrix` and what they leave: a fit, or, from a constraint to itself, the
// token-mean logits.
MatrixFit Match(const ConstraintChoice& from, const ConstraintChoice& to, const MeanMaps& means,
                bool from_is_blend) {
  const at::Tensor target = means.res_NN.contiguous();
  const auto n = static_cast<int>(target.size(0));
  const Matrix mean_matrix = Eigen::Map<const Matrix>(target.data_ptr<double>(), n, n);
  if (from == to && !from_is_blend && means.logits_K.defined()) {
    const at::Tensor logits = means.logits_K.contiguous();
    MatrixFit fit;
    fit.logits.assign(logits.data_ptr<double>(), logits.data_ptr<double>() + logits.numel());
    fit.matrix = MapLogits(to, n, fit.logits);
    fit.residual = (fit.matrix - mean_matrix).norm();
    return fit;
  }
  return FitMatrix(to, mean_matrix);
}

// A scale that follows the gain goes on from where it is, unless the request names one.
ConstraintChoice Continued(const ConstraintChoice& now, ConstraintChoice next) {
  if (!FollowsGain(now) || !FollowsGain(next)) return next;
  if (next.options.Number("scale") < kHarmonizedStart) return next;
  next.options.Set("scale", std::max(now.options.Number("scale"), next.options.Number("s_min")));
  return next;
}

}  // namespace

std::vector<std::int64_t> SitesOrAll(const std::vector<std::int64_t>& sites, const Decoder& model) {
  if (!sites.empty()) return sites;
  std::vector<std::int64_t> all(model->sites.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  return all;
}

Status CheckConstraintChange(const Decoder& model, const std::vector<std::int64_t>& sites,
                             const ConstraintChoice& choice, const Transfer& transfer,
                             std::int64_t streams) {
  if (model->sites.empty()) {
    return Fail("constraint: this run has no hyper-connection sites (connection = residual)");
  }
  if (auto status = CheckStreams(choice, static_cast<int>(streams)); !status) return status;
  for (const std::int64_t site : SitesOrAll(sites, model)) {
    const HyperConnection& connection = model->sites[site];
    const ConstraintChoice& now = connection->constraint();
    if (transfer.kind == Transfer::Kind::kKeepLogits &&
        !SameLogits(now, choice, static_cast<int>(streams))) {
      return Fail(
          "transfer keep_logits: the logits of {} and {} differ in count or order at site "
          "{}, expected match_matrix or blend(K)",
          now.constraint->name, choice.constraint->name, site);
    }
    if (transfer.kind != Transfer::Kind::kMatchMatrix && connection->blend()) {
      const Blend& blend = *connection->blend();
      return Fail(
          "transfer {}: site {} is still in a blend until step {}, expected match_matrix or "
          "a request after that step",
          ToText(transfer), site, blend.start + blend.steps);
    }
  }
  return {};
}

Status CheckMeans(const Decoder& model, const std::vector<std::int64_t>& sites,
                  const Transfer& transfer, const SiteMeans& means) {
  if (transfer.kind == Transfer::Kind::kKeepLogits) return {};
  for (const std::int64_t site : SitesOrAll(sites, model)) {
    if (means[site].res_NN.isfinite().all().item<bool>()) continue;
    return Fail(
        "transfer {}: the maps of site {} are not finite, expected keep_logits or a resume "
        "from an earlier checkpoint",
        ToText(transfer), site);
  }
  return {};
}

ConstraintChange ChangeConstraint(Decoder& model, const std::vector<std::int64_t>& sites,
                                  const ConstraintChoice& wished, const Transfer& transfer,
                                  const SiteMeans& means, std::int64_t finished) {
  torch::NoGradGuard no_grad;
  const torch::Device device = model->parameters()[0].device();
  ConstraintChange change;
  for (const std::int64_t site : SitesOrAll(sites, model)) {
    HyperConnection& connection = model->sites[site];
    const ConstraintChoice choice = Continued(connection->constraint(), wished);
    if (transfer.kind == Transfer::Kind::kKeepLogits) {
      connection->SetConstraintKeepingLogits(choice);
      change.unmatched_by_site.push_back(0.0);
      continue;
    }
    const MatrixFit fit =
        Match(connection->constraint(), choice, means[site], connection->blend().has_value());
    std::optional<Blend> blend;
    if (transfer.kind == Transfer::Kind::kBlend) blend = Blend{finished, transfer.blend_steps};
    connection->SetConstraint(choice, ToTensor(fit.logits, device), blend);
    change.unmatched_by_site.push_back(fit.residual);
  }
  return change;
}

}  // namespace mhc
