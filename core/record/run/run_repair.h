// Looks over a run folder and mends what can be mended without losing anything.
//
// Thread rule: one thread. Takes the run's lock meanwhile.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace mhc {

struct RepairReport {
  std::vector<std::string> problems;  // a sentence each; empty: all is well
  std::vector<std::string> repaired;  // what was done about them
  std::vector<std::string> kept;      // checkpoints that are as they were saved, by name
};

// Checks run.toml, every page of the record, its index `chunk` against its rows, and every file of
// every checkpoint. A damaged checkpoint is set aside under ….damaged, a save that did not end is
// removed, rows and folders that do not know each other are brought together, the index is folded
// anew. A damaged record is reported and left as it is. With `only_look` nothing is changed, the
// lock is not taken and the index not looked at. Error where this is no run, or where an engine
// writes it and more than a look is wanted.
Result<RepairReport> RepairRun(const std::filesystem::path& run, bool only_look);

}  // namespace mhc
