// What a training step costs, part by part: the median over some steps whose parts were timed.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/record/record/step_record.h"

namespace mhc {

// Milliseconds a step, forward and backward together, probe and record left out.
struct StepCost {
  std::int64_t steps = 0;  // that the medians are over
  double step = 0.0;
  double sublayers = 0.0;                          // attention and MLP themselves
  std::optional<double> coefficients, constraint;  // of the mixing; none in a residual run
  double apply = 0.0;                              // reading, writing and mixing the streams
  std::optional<double> energy, energy_per_token;  // joules, where the system told them
  double rest = 0.0;  // embedding, readout, head, loss, optimizer: what the parts leave of a step

  // coefficients + constraint + apply.
  double Mixing() const { return coefficients.value_or(0.0) + constraint.value_or(0.0) + apply; }
};

// The upper one of the middle two where there is no middle. values: at least one.
double Median(std::vector<double> values);

// Of the steps among these that have their parts timed; empty where none has.
std::optional<StepCost> MedianStepCost(std::span<const StepRecord> steps);

}  // namespace mhc
