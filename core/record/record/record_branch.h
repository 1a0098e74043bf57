// The record of a branch. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/formats/open_folder.h"
#include "core/record/record/run_description.h"
#include "core/result.h"

namespace mhc {

struct BranchPoint {
  std::int64_t step = 0;               // finished steps, with a checkpoint
  std::int64_t last_intervention = 0;  // the number of the newest one that the checkpoint contains
};

// Makes record.sqlite in `run`: what `parent`, a record that may be written meanwhile, has up to
// the point, its checkpoint there alone, then a segment "fork", under the description of the branch
// and in state `stopped`. Nothing stays where it fails.
Status BranchRecord(const std::filesystem::path& parent, const BranchPoint& point,
                    const RunDescription& branch, const OpenFolder& run);

}  // namespace mhc
