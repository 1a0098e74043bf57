// The checkpoints of one run: which there are, saving, retention, going back.
//
// Keeps the folder and the record in step: the record is synced before a checkpoint appears, so
// that a checkpoint never knows more than the record. Thread rule: the training thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/record/record/record_reader.h"
#include "core/record/record/record_writer.h"
#include "core/record/run/run_folder.h"
#include "core/train/checkpoint.h"

namespace mhc {

class CheckpointStore {
 public:
  // Borrows both, which must outlive it. `rows`: the record's checkpoints of the latest timeline.
  CheckpointStore(const RunFolder& folder, RecordWriter& writer,
                  const std::vector<CheckpointRow>& rows);

  // Saves where there is none of this step, and notes why it is kept. A folder of this step that
  // the record does not know belongs to a future that was left, and is replaced. Takes regular ones
  // beyond train.keep_checkpoints away.
  Status Save(const TrainingState& state, const std::string& reason, Trainer& trainer);

  struct Loaded {
    TrainingState state;
    std::vector<std::string> damaged;  // newer ones that could not be read, a sentence each
  };
  // Loads the newest checkpoint that can be read; damaged ones on the way are renamed to ….damaged,
  // so that their steps can be saved again. Error where there is none, and nothing is renamed.
  Result<Loaded> LoadNewest(Trainer& trainer);
  bool empty() const { return reasons_.empty(); }

  // Removes what saves that did not end have left. Once, before the first save.
  Status RemovePartialFolders();

 private:
  Status Retain();
  Status SetAsideDamaged(std::int64_t step);

  const RunFolder& folder_;
  RecordWriter& writer_;
  std::map<std::int64_t, std::string> reasons_;  // by step
};

}  // namespace mhc
