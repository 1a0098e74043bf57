// One model's training step measured by itself: its time, its mixing's share, and its memory.
//
// Thread rule: one thread, which sets LibTorch's number of threads.
#pragma once

#include <torch/torch.h>

#include <cstdint>

#include "core/record/configuration/configuration.h"
#include "core/result.h"

namespace mhc {

struct MeasuredStep {
  double step_ms = 0.0;     // median
  double mixing_ms = 0.0;   // of it: coefficients, constraint, reading, writing and mixing
  double memory_mib = 0.0;  // resident at most; 0 where the system does not tell
};

// With the configuration's threads: medians over `steps` steps after two that are not timed, and
// over as many with their parts timed. Error where the data cannot be had or a step is not finite.
Result<MeasuredStep> MeasureStep(const Configuration& configuration, std::int64_t steps,
                                 const torch::Device& device);

}  // namespace mhc
