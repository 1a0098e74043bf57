// Runs beside each other: what they have different, where branches parted, and how far their losses
// lie apart. Thread rule: one thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/record/run/run_status.h"
#include "core/result.h"

namespace mhc {

struct DifferingSetting {
  std::string key;
  std::vector<Value> values;  // one a run
};

struct RunComparison {
  std::vector<RunStatus> runs;  // as they were named
  // Of run.toml, in the order in which keys are declared, the name left out; sites that have
  // settings of their own as `mixing.site`, a text.
  std::vector<DifferingSetting> differing;
  // Steps that all runs share by descent: where the first of them left the others. Empty where they
  // are no branches of one run.
  std::optional<std::int64_t> fork_step;
  std::int64_t step = 0;                       // the last that every run has; 0: none
  std::vector<std::optional<double>> loss_at;  // that step, one a run
};

// Error where a run cannot be read.
Result<RunComparison> CompareRuns(std::span<const std::filesystem::path> runs);

// The contract's keys: `runs`, `differing`, `fork_step`, `loss_gap` (loss of the second run less
// that of the first at `step`; of more than two runs a list, of each after the first).
nlohmann::ordered_json ToJson(const RunComparison& comparison);

}  // namespace mhc
