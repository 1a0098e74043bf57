#include "core/record/record/step_cost.h"

#include <algorithm>
#include <string_view>

namespace mhc {
namespace {

std::optional<double> MedianOf(const std::vector<const StepRecord*>& timed,
                               std::string_view column) {
  std::vector<double> values;
  for (const StepRecord* step : timed) {
    if (const auto value = step->Get(column)) values.push_back(*value);
  }
  if (values.empty()) return std::nullopt;
  return Median(std::move(values));
}

double RestOf(const StepRecord& step) {
  double rest = *step.Get("step_ms");
  for (const char* part : {"coefficients_ms", "constraint_ms", "apply_ms", "sublayer_ms"}) {
    rest -= step.Get(part).value_or(0.0);
  }
  return rest;
}

}  // namespace

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::optional<StepCost> MedianStepCost(std::span<const StepRecord> steps) {
  std::vector<const StepRecord*> timed;
  std::vector<double> rests;
  for (const StepRecord& step : steps) {
    if (!step.Get("step_ms") || !step.Get("apply_ms") || !step.Get("sublayer_ms")) continue;
    timed.push_back(&step);
    rests.push_back(RestOf(step));
  }
  if (timed.empty()) return std::nullopt;
  StepCost cost;
  cost.steps = static_cast<std::int64_t>(timed.size());
  cost.step = *MedianOf(timed, "step_ms");
  cost.sublayers = *MedianOf(timed, "sublayer_ms");
  cost.coefficients = MedianOf(timed, "coefficients_ms");
  cost.constraint = MedianOf(timed, "constraint_ms");
  cost.apply = *MedianOf(timed, "apply_ms");
  cost.energy = MedianOf(timed, "energy");
  cost.energy_per_token = MedianOf(timed, "energy_per_token");
  cost.rest = Median(std::move(rests));
  return cost;
}

}  // namespace mhc
