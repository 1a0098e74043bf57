#include "core/train/optimizer.h"

#include <algorithm>
#include <set>

namespace mhc {
namespace {

using ParamState = torch::optim::AdamWParamState;

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
  std::map<Group, std::vector<at::Tensor>> by_group;
  for (const auto& entry : model_->named_parameters()) {
    parameters_.push_back({entry.key(), entry.value()});
    by_group[GroupOf(parameters_.back())].push_back(entry.value());
  }
  groups_.clear();
  std::vector<torch::optim::OptimizerParamGroup> param_groups;
  const auto& betas = configuration_.train.betas;
  for (auto& [group, tensors] : by_group) {
    auto options = std::make_unique<torch::optim::AdamWOptions>();
    options->betas({betas[0], betas[1]}).eps(1e-8).weight_decay(group.weight_decay);
    groups_.push_back(group);
    param_groups.emplace_back(tensors, std::move(options));
  }
  auto next = std::make_unique<torch::optim::AdamW>(param_groups);
  if (adamw_) {
    for (const NamedParameter& parameter : parameters_) {
      void* const key = parameter.tensor.unsafeGetTensorImpl();
      const auto found = adamw_->state().find(key);
      if (found != adamw_->state().end()) next->state()[key] = std::move(found->second);
    }
  }
  adamw_ = std::move(next);
}

void Optimizer::ZeroGradients() { adamw_->zero_grad(/*set_to_none=*/true); }

void Optimizer::Step(double learning_rate) {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    adamw_->param_groups()[i].options().set_lr(learning_rate * groups_[i].learning_rate_scale);
  }
  adamw_->step();
}

std::map<std::string, at::Tensor> Optimizer::State() const {
  std::map<std::string, at::Tensor> state;
  for (const NamedParameter& parameter : parameters_) {
    const auto found = adamw_->state().find(parameter.tensor.unsafeGetTensorImpl());
    if (found == adamw_->state().end()) continue;
    const auto& moments = static_cast<const ParamState&>(*found->second);
    state[parameter.name + ".exp_avg"] = moments.exp_avg();
    state[parameter.name + ".exp_avg_sq"] = moments.exp_avg_sq();
    state[parameter.name + ".step"] = torch::tensor({moments.step()}, torch::kInt64);
  }
  return state;
}

Status Optimizer::Load(const std::map<std::string, at::Tensor>& state) {
  adamw_->state().clear();
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
    auto moments = std::make_unique<ParamState>();
    moments->step(step->second.item<std::int64_t>());
    moments->exp_avg(average->second.to(parameter.tensor.device()).clone());
    moments->exp_avg_sq(square->second.to(parameter.tensor.device()).clone());
    adamw_->state()[parameter.tensor.unsafeGetTensorImpl()] = std::move(moments);
    for (const char* part : {".exp_avg", ".exp_avg_sq", ".step"}) {
      unknown.erase(parameter.name + part);
    }
  }
  if (unknown.empty()) return {};
  return Fail("{}: belongs to no parameter of the model", *unknown.begin());
}

}  // namespace mhc
