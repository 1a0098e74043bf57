// What stands in a run's record, in one row: what `mhc status` and `mhc list` print.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/record/record/record_reader.h"
#include "core/record/record/run_description.h"
#include "core/record/record/step_cost.h"
#include "core/record/run/run_folder.h"
#include "core/result.h"

namespace mhc {

struct RunStatus {
  std::string run;  // the folder as it was named
  RunDescription description;
  RunState state = RunState::kCreated;
  std::int64_t step = 0;            // finished steps of the latest timeline
  std::optional<double> loss;       // of the last step; may be non-finite
  std::optional<double> best_loss;  // smallest finite training loss
  std::optional<double> validation_loss;
  std::string connection;
  std::vector<std::string> constraints;  // by name, one a site, as they are now
  // Medians over the last steps; empty before the first.
  std::optional<double> step_ms;            // probe and record left out
  std::optional<double> tokens_per_second;  // with probe and record
  std::optional<double> probe_share;        // of a step's time, of the steps' sums
  std::optional<StepCost> cost;             // of those whose parts were timed; empty: none
  std::optional<double> peak_memory;        // MiB, the newest that was measured
  std::vector<std::int64_t> checkpoints;    // steps
  std::vector<Alert> alerts;
  std::vector<Intervention> interventions;
};

// Reads the record only; an error where a part of it cannot be read.
Result<RunStatus> ReadRunStatus(const RunFolder& folder);
// The same, from the folder's path.
Result<RunStatus> ReadRunStatus(const std::filesystem::path& run);

// The contract's keys of `mhc status`; `validation_loss` and what was not measured yet are null.
nlohmann::ordered_json ToJson(const RunStatus& status);
nlohmann::ordered_json ToJson(const Alert& alert);
nlohmann::ordered_json ToJson(const CheckpointRow& checkpoint);

}  // namespace mhc
