// The folders of checkpoints, by name and as a person names one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/record/run/run_folder.h"
#include "core/result.h"

namespace mhc {

// "step-000001000"
std::string CheckpointName(std::int64_t step);
// Empty where the name is not that of a complete checkpoint.
std::optional<std::int64_t> CheckpointStep(const std::string& name);

struct RunCheckpoint {
  RunFolder run;
  std::int64_t step = 0;  // finished steps

  std::filesystem::path path() const { return run.checkpoint_path(step); }
};

// `path` is a folder of a run's checkpoints (RUN/checkpoints/step-000000600) or a run, of which the
// newest checkpoint of the latest timeline is taken. Error where there is no such folder, where it
// is neither, or where the run has none. What is in the checkpoint is not looked at. Touches
// nothing. Thread rule: pure but for the reading.
Result<RunCheckpoint> FindCheckpoint(const std::filesystem::path& path);

}  // namespace mhc
