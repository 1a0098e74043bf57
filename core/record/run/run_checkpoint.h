// The folder of a checkpoint as a person names it.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/record/run/run_folder.h"
#include "core/result.h"

namespace mhc {

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
