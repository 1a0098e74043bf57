#include "core/train/optimizer.h"

#include <algorithm>
#include <set>

namespace mhc {
namespace {

constexpr double kEpsilon = 1e-8;

// The site of "sites.12.res.predictor.phi", −1 of any other name.
std::int64_t SiteOf(const std::string& name) {
  constexpr std::string_view kPrefix = "sites.";
  return name.starts_with(kPrefix) ? std::stoll(name.substr(kPrefix.size())) : -1;
}

}  // namespace

Optimizer::Optimizer(const Configuration& configuration, Decoder& model)
    : configuration_(configuration), model_(model) {
  Rebuild();
}

Optimizer::Group Optimizer::GroupOf(const NamedParameter& parameter) const {
  const double decay = configuration_.train.weight_decay;
  if (!IsMixingParameter(parameter.name)) return {parameter.tensor.dim() >= 2 ? decay : 0.0, 1.0};
  const std::int64_t site = SiteOf(parameter.name);
  const SiteSettings& settings = site >= 0 ? configuration_.Site(site) : configuration_.mixing;
  const bool is_dynamic = parameter.name.ends_with(".phi") || parameter.name.ends_with(".alpha");
  const bool decays =
      settings.weight_decay == "all" || (settings.weight_decay == "dynamic" && is_dynamic);
  return {decays ? decay : 0.0, settings.learning_rate_scale};
}

void Optimizer::Rebuild() {
  ++rebuilds_;
  parameters_.clear();
  groups_.clear();
  std::map<const at::TensorImpl*, Moments> kept;
  for (const auto& entry : model_->named_parameters()) {
    parameters_.push_back({entry.key(), entry.value()});
    groups_[GroupOf(parameters_.back())].push_back(entry.value());
    const auto found = moments_.find(entry.value().unsafeGetTensorImpl());
    if (found != moments_.end()) kept.insert(*found);
  }
  moments_ = std::move(kept);
}

void Optimizer::ZeroGradients() {
  for (NamedParameter& parameter : parameters_) parameter.tensor.mutable_grad().reset();
}

Optimizer::Moments& Optimizer::MomentsOf(const at::Tensor& parameter) {
  Moments& moments = moments_[parameter.unsafeGetTensorImpl()];
  if (!moments.average.defined()) {
    moments = {torch::zeros_like(parameter), torch::zeros_like(parameter),
               torch::zeros({}, parameter.options().dtype(torch::kFloat32))};
  }
  return moments;
}

void Optimizer::Step(double learning_rate) {
  torch::NoGradGuard no_grad;
  const auto& betas = configuration_.train.betas;
  for (const auto& [group, tensors] : groups_) {
    std::vector<at::Tensor> parameters, gradients, averages, squares, steps;
    for (const at::Tensor& parameter : tensors) {
      if (!parameter.grad().defined()) continue;
      const Moments& moments = MomentsOf(parameter);
      parameters.push_back(parameter);
      gradients.push_back(parameter.grad());
      averages.push_back(moments.average);
      squares.push_back(moments.square);
      steps.push_back(moments.step);
    }
    if (parameters.empty()) continue;
    at::_foreach_add_(steps, 1);
    at::_fused_adamw_(parameters, gradients, averages, squares, /*max_exp_avg_sqs=*/{}, steps,
                      learning_rate * group.learning_rate_scale, betas[0], betas[1],
                      group.weight_decay, kEpsilon, /*amsgrad=*/false, /*maximize=*/false);
  }
}

std::map<std::string, at::Tensor> Optimizer::State() const {
  std::map<std::string, at::Tensor> state;
  for (const NamedParameter& parameter : parameters_) {
    const auto found = moments_.find(parameter.tensor.unsafeGetTensorImpl());
    if (found == moments_.end()) continue;
    const Moments& moments = found->second;
    state[parameter.name + ".exp_avg"] = moments.average;
    state[parameter.name + ".exp_avg_sq"] = moments.square;
    state[parameter.name + ".step"] = moments.step.to(torch::kCPU, torch::kInt64).reshape({1});
  }
  return state;
}

Status Optimizer::Load(const std::map<std::string, at::Tensor>& state) {
  moments_.clear();
  std::set<std::string> unknown;
  for (const auto& [name, tensor] : state) unknown.insert(name);
  for (const NamedParameter& parameter : parameters_) {
    const auto average = state.find(parameter.name + ".exp_avg");
    const auto square = state.find(parameter.name + ".exp_avg_sq");
    const auto step = state.find(parameter.name + ".step");
    const int found = (average != state.end()) + (square != state.end()) + (step != state.end());
    if (found == 0) continue;
    if (found != 3) {
      return Fail("{}: only {} of exp_avg, exp_avg_sq and step stand in the optimizer's state",
                  parameter.name, found);
    }
    if (average->second.sizes() != parameter.tensor.sizes() ||
        square->second.sizes() != parameter.tensor.sizes() || step->second.numel() != 1) {
      return Fail("{}: its moments have another shape than the parameter", parameter.name);
    }
    const bool sound = average->second.isfinite().all().item<bool>() &&
                       square->second.isfinite().all().item<bool>() &&
                       (square->second >= 0).all().item<bool>();
    if (!sound) {
      return Fail("{}: found a moment that is not finite, or a second one below 0", parameter.name);
    }
    const torch::Device device = parameter.tensor.device();
    moments_[parameter.tensor.unsafeGetTensorImpl()] = {
        average->second.to(device).clone(), square->second.to(device).clone(),
        step->second.reshape({}).to(device, torch::kFloat32)};
    for (const char* part : {".exp_avg", ".exp_avg_sq", ".step"}) {
      unknown.erase(parameter.name + part);
    }
  }
  if (unknown.empty()) return {};
  return Fail("{}: belongs to no parameter of the model", *unknown.begin());
}

}  // namespace mhc
