// AdamW over the decoder's parameters, with the mixing parameters in groups of their own.
//
// Parameters may come and go while training (a transfer replaces a site's mixer): Rebuild() keeps
// the moments of those that stay. Thread rule: one thread.
#pragma once

#include <torch/torch.h>

#include <map>
#include <string>
#include <vector>

#include "core/model/decoder.h"
#include "core/record/configuration/configuration.h"
#include "core/result.h"

namespace mhc {

struct NamedParameter {
  std::string name;
  at::Tensor tensor;
};

class Optimizer {
 public:
  // Borrows the model, which must outlive it.
  Optimizer(const Configuration& configuration, Decoder& model);

  // After the set of parameters has changed.
  void Rebuild();
  std::int64_t rebuilds() const { return rebuilds_; }  // how often
  void ZeroGradients();
  // One AdamW step; mixing parameters move at learning_rate · mixing.learning_rate_scale.
  void Step(double learning_rate);

  const std::vector<NamedParameter>& parameters() const { return parameters_; }

  // NAME.exp_avg, NAME.exp_avg_sq and NAME.step (int64, [1]) of every parameter that has moved.
  std::map<std::string, at::Tensor> State() const;
  // Error names the entry that is missing its parts, is unknown or has another shape.
  Status Load(const std::map<std::string, at::Tensor>& state);

 private:
  struct Group {
    double weight_decay = 0.0;
    double learning_rate_scale = 1.0;
    auto operator<=>(const Group&) const = default;
  };
  // Of one parameter, from its first step on. `step`, float32 [], on the parameter's device.
  struct Moments {
    at::Tensor average, square, step;
  };
  Group GroupOf(const NamedParameter& parameter) const;
  Moments& MomentsOf(const at::Tensor& parameter);

  const Configuration configuration_;
  Decoder& model_;
  std::int64_t rebuilds_ = 0;
  std::vector<NamedParameter> parameters_;
  std::map<Group, std::vector<at::Tensor>> groups_;
  std::map<const at::TensorImpl*, Moments> moments_;
};

}  // namespace mhc
