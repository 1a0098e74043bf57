// A branch: a new run that has its parent's record up to a checkpoint, and that checkpoint. It
// stands alone; where nothing is changed it repeats its parent bit for bit on the same program,
// device, instruction set, kernels and threads.
//
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "core/record/run/run_folder.h"
#include "core/result.h"

namespace mhc {

struct Fork {
  std::filesystem::path parent;  // a run, live or not
  std::int64_t step = 0;         // finished steps, with a checkpoint in its latest timeline
  std::filesystem::path run;     // the folder to come
  // What differs from there on. Constraint, its iterations, learning rate and on_nonfinite become
  // requests, which are applied at the fork and recorded as interventions; the rest stands in the
  // branch's run.toml. What the checkpoint fixes (shape, connection, data) is refused.
  std::vector<Setting> settings;
};

// Makes the folder; trains nothing. Error where the parent has no checkpoint at the step (the
// sentence lists those there are), a setting cannot differ, or the folder cannot be made: then
// nothing stays. The parent is only read; files of its checkpoint become the branch's too by hard
// links where the file system has them.
Result<RunFolder> MakeBranch(const Fork& fork);

}  // namespace mhc
