#include "core/train/trainer.h"

#include <algorithm>
#include <cmath>

#include "core/manifold/constraints/harmonized.h"

namespace mhc {
namespace {

// Empty where no site's scale follows the gain.
std::optional<double> SmallestScale(const Decoder& model) {
  std::optional<double> smallest;
  for (const HyperConnection& site : model->sites) {
    if (!FollowsGain(site->constraint())) continue;
    const double scale = site->constraint().options.Number("scale");
    smallest = std::min(scale, smallest.value_or(scale));
  }
  return smallest;
}

// max_i Σ_j |P_ij| of H_L … H_1, the maps as they were applied; mean over the step's tokens, which
// do not hang on what the probe looks at.
double CompositeGain(const std::vector<at::Tensor>& res_BTNN) {
  torch::NoGradGuard no_grad;
  at::Tensor product;
  for (const at::Tensor& map : res_BTNN) {
    const at::Tensor res = map.to(torch::kFloat64);
    product = product.defined() ? res.matmul(product) : res;
  }
  return product.abs().sum(-1).amax(-1).mean().item<double>();
}

}  // namespace

Trainer::Trainer(const Configuration& configuration, std::int64_t vocabulary, torch::Device device)
    : clip_(configuration.train.clip),
      device_(device),
      model_(configuration, vocabulary),
      optimizer_(configuration, model_) {
  model_->to(device);
  optimizer_.Rebuild();
}

at::Tensor Trainer::Loss(const Batch& batch, ForwardTrace* trace, const ForwardHooks* hooks) {
  const at::Tensor logits_BTV = model_->Forward(batch.inputs_BT.to(device_), trace, hooks);
  return torch::nn::functional::cross_entropy(logits_BTV.flatten(0, 1),
                                              batch.targets_BT.to(device_).flatten());
}

// Norms of all parameters in one read-back; sums of their squares by group.
void Trainer::MeasureGradients(StepOutcome& outcome) {
  std::vector<at::Tensor> gradients;
  std::vector<const std::string*> names;
  for (const NamedParameter& parameter : optimizer_.parameters()) {
    if (!parameter.tensor.grad().defined()) continue;
    gradients.push_back(parameter.tensor.grad());
    names.push_back(&parameter.name);
  }
  const at::Tensor norms =
      torch::stack(at::_foreach_norm(gradients)).to(torch::kFloat64).to(torch::kCPU);
  const double* norm = norms.data_ptr<double>();
  outcome.sites.resize(model_->sites.size());
  double all = 0.0, mixing = 0.0, logits = 0.0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double square = norm[i] * norm[i];
    all += square;
    if (!IsMixingParameter(*names[i])) continue;
    mixing += square;
    if (!names[i]->starts_with("sites.")) continue;
    std::size_t used = 0;
    SiteGradientNorms& site = outcome.sites[std::stoul(names[i]->substr(6), &used)];
    const std::string_view map = std::string_view(*names[i]).substr(6 + used + 1);
    (map.starts_with("pre") ? site.pre : map.starts_with("post") ? site.post : site.res) += square;
    (map.ends_with("phi") ? site.phi : map.ends_with("bias") ? site.bias : site.alpha) += square;
    if (map.starts_with("res") || map.starts_with("outgoing")) logits += square;
  }
  for (SiteGradientNorms& site : outcome.sites) {
    site = {std::sqrt(site.pre), std::sqrt(site.post), std::sqrt(site.res),
            std::sqrt(site.phi), std::sqrt(site.bias), std::sqrt(site.alpha)};
  }
  outcome.gradient_norm = std::sqrt(all);
  outcome.mixing_gradient_norm = std::sqrt(mixing);
  outcome.mixing_logits_gradient_norm = std::sqrt(logits);
}

StepOutcome Trainer::Step(const Batch& batch, double learning_rate, ForwardTrace* trace) {
  StepOutcome outcome;
  outcome.harmonized_scale = SmallestScale(model_);
  std::vector<at::Tensor> maps;
  const ForwardHooks keep_maps{{}, [&maps](std::int64_t, const at::Tensor& res_BTNN) {
                                 maps.push_back(res_BTNN.detach());
                                 return res_BTNN;
                               }};
  optimizer_.ZeroGradients();
  const at::Tensor loss = Loss(batch, trace, outcome.harmonized_scale ? &keep_maps : nullptr);
  loss.backward();
  outcome.loss = loss.item<double>();
  MeasureGradients(outcome);
  outcome.finite = std::isfinite(outcome.loss) && std::isfinite(outcome.gradient_norm);
  if (!outcome.finite) return outcome;
  if (clip_ > 0 && outcome.gradient_norm > clip_) {
    outcome.clipped = true;
    std::vector<at::Tensor> gradients;
    for (const NamedParameter& parameter : optimizer_.parameters()) {
      if (parameter.tensor.grad().defined()) gradients.push_back(parameter.tensor.grad());
    }
    torch::NoGradGuard no_grad;
    at::_foreach_mul_(gradients, clip_ / outcome.gradient_norm);
  }
  optimizer_.Step(learning_rate);
  if (outcome.harmonized_scale) {
    const double gain = CompositeGain(maps);
    for (HyperConnection& site : model_->sites) site->FollowCompositeGain(gain);
  }
  return outcome;
}

double Trainer::Evaluate(const TokenData& data) {
  return Evaluate(data.ValidationSample(data.ValidationBatches()), nullptr);
}

double Trainer::Evaluate(std::span<const Batch> batches, const ForwardHooks* hooks) {
  torch::NoGradGuard no_grad;
  double sum = 0.0;
  std::int64_t tokens = 0;
  for (const Batch& batch : batches) {
    const std::int64_t count = batch.targets_BT.numel();
    sum += Loss(batch, nullptr, hooks).item<double>() * static_cast<double>(count);
    tokens += count;
  }
  return sum / static_cast<double>(tokens);
}

ForwardTrace Trainer::Trace(const Batch& batch, bool in_detail) {
  torch::NoGradGuard no_grad;
  ForwardTrace trace;
  trace.in_detail = in_detail;
  model_->Forward(batch.inputs_BT.to(device_), &trace);
  return trace;
}

void Trainer::AdvanceBlends(std::int64_t finished) {
  if (model_->AdvanceBlends(finished)) optimizer_.Rebuild();
}

}  // namespace mhc
