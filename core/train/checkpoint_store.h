// The checkpoints of one run: which there are, saving, retention, going back.
//
// Keeps the folder and the record in step, whatever ends the program or the machine: the record is
// synced before a checkpoint appears, so that a checkpoint never knows more than the record, and
// again before an older one goes for it, so that the record never forgets the only one that is
// left. Thread rule: the training thread.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "core/formats/open_folder.h"
#include "core/record/record/record_reader.h"
#include "core/record/record/record_writer.h"
#include "core/train/checkpoint.h"

namespace mhc {

class CheckpointStore {
 public:
  // `keep` as train.keep_checkpoints. Borrows the writer, which must outlive it. `rows`: the
  // record's checkpoints of the latest timeline.
  CheckpointStore(OpenFolder run, std::int64_t keep, RecordWriter& writer,
                  const std::vector<CheckpointRow>& rows);

  // Once after a resume has the run, before anything else. Ends what a kill or a power cut has
  // interrupted: takes away what a save that did not end and what retention has left, forgets rows
  // whose folder is gone, and takes in complete folders that the record does not know, of steps up
  // to `furthest`, the last that it has.
  Status Reconcile(RecordReader& reader, std::int64_t furthest);

  // Saves where there is none of this step, and notes why it is kept. A folder of this step that
  // the record does not know belongs to a future that was left, and is replaced. Takes regular ones
  // beyond `keep` away.
  Status Save(const TrainingState& state, const std::string& reason, Trainer& trainer);

  struct Loaded {
    TrainingState state;
    std::vector<std::string> damaged;  // newer ones that could not be read, a sentence each
  };
  // Loads the newest checkpoint that can be read, of a step below `before` where there is one, else
  // the oldest; damaged ones on the way are renamed to ….damaged, so that their steps can be saved
  // again. Newer ones belong to what is left: regular ones are removed, others renamed to ….left.
  // Error where there is none, and nothing is renamed.
  Result<Loaded> LoadNewest(Trainer& trainer,
                            std::int64_t before = std::numeric_limits<std::int64_t>::max());
  bool empty() const { return reasons_.empty(); }

 private:
  Result<OpenFolder> Open() const { return run_.Inside("checkpoints"); }
  Status TakeIn(const OpenFolder& checkpoints, std::int64_t step);
  Status Retain();
  // Gives the folder of a step another name, and forgets it.
  Status SetAside(std::int64_t step, const std::string& ending);
  Status LeaveThoseAfter(std::int64_t step);

  OpenFolder run_;
  std::int64_t keep_;
  RecordWriter& writer_;
  std::map<std::int64_t, std::string> reasons_;  // by step
};

}  // namespace mhc
