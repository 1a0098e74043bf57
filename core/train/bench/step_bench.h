// Training steps of several models, timed side by side in one process: round by round each takes
// its steps, so that what else the machine does falls on all of them alike.
//
// Thread rule: one thread.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/record/record/step_cost.h"
#include "core/result.h"
#include "core/train/bench/bench_models.h"
#include "core/train/token_data.h"

namespace mhc {

struct StepBenchSettings {
  std::int64_t rounds = 7;
  std::int64_t steps = 3;  // of each model in each round
  // Runs another program and gives its step's milliseconds; asked once a round. May be empty.
  std::function<Result<double>()> peer;
  std::filesystem::path energy_zones = "/sys/class/powercap";  // as EnergyMeter takes it
};

// Medians. Milliseconds a step, forward, backward and optimizer.
struct StepTimes {
  std::vector<std::pair<std::string, double>> step_ms;  // by model, in the order of the models
  std::map<std::string, StepCost> parts;                // of `mhc` and `plain`
  double probe_share = 0.0;     // the probe's scalars over the step that they are of, of `mhc`
  Result<double> record_share;  // a row's transaction over a step of `mhc`; the reason where not
  std::optional<double> peer_step_ms;
  // Joules that the whole machine took a step, by model; the reason where the system tells none.
  Result<std::map<std::string, double>> joules;

  double StepMs(std::string_view model) const;  // asserts that it is there
};

// Each model takes two steps that are not timed, then in every round `steps` timed ones; `mhc` and
// `plain` one more, apart, with its parts timed and probed. All models are held at once. Errors:
// those of the peer, and a model whose loss is not finite. `models` has `mhc` and `plain`.
Result<StepTimes> TimeSteps(const std::vector<BenchModel>& models, const TokenData& data,
                            const torch::Device& device, const StepBenchSettings& settings);

}  // namespace mhc
