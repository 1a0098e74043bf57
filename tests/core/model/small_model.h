// A decoder of two blocks (four sites), and parameters away from their start.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "core/record/configuration/configuration.h"

namespace mhc {

// With the reference operations, whose maps a site also gives one by one; `more` is laid over it.
inline Configuration SmallConfiguration(const std::vector<Setting>& more) {
  std::vector<Setting> settings = {{"model.blocks", "2"},         {"model.channels", "16"},
                                   {"model.heads", "2"},          {"model.context", "8"},
                                   {"data.source", "arithmetic"}, {"mixing.kernels", "reference"}};
  settings.insert(settings.end(), more.begin(), more.end());
  return *LoadConfiguration("tiny", settings);
}

// φ, α and b away from their start, so that every part of the site is at work.
inline void Perturb(torch::nn::Module& module, std::uint64_t seed) {
  torch::NoGradGuard no_grad;
  torch::manual_seed(seed);
  for (at::Tensor& parameter : module.parameters()) {
    parameter.add_(torch::randn_like(parameter) * 0.3);
  }
}

}  // namespace mhc
