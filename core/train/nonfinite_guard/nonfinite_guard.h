// What a loss or a gradient that is not finite leads to, as on_nonfinite says: the step is skipped,
// the run stops, or it rolls back to its newest checkpoint at half the learning rate. Twenty steps
// skipped in a row pause a run that a lab is watching, and end another as failed.
//
// Thread rule: the training thread.
#pragma once

#include <cstdint>
#include <string>

#include "core/record/record/record_reader.h"
#include "core/train/training_run.h"

namespace mhc {

class NonfiniteGuard {
 public:
  // Borrows the run, which must outlive it.
  explicit NonfiniteGuard(TrainingRun& run) : run_(run) {}

  // After a resume: how often the run went back already for the failure that it is before.
  // `furthest` is the furthest step that was recorded.
  Status Remember(RecordReader& reader, std::int64_t furthest);

  // A finite step was recorded.
  void Pass();
  // A step that is not finite was recorded. True where the run went back to a checkpoint.
  Result<bool> Meet(const StepOutcome& outcome);

 private:
  Status Skip(const std::string& what);
  Status Stop(const std::string& what);
  Status RollBack(const std::string& what);

  TrainingRun& run_;
  std::int64_t roll_backs_ = 0;     // since a step got past the last failure
  std::int64_t failed_step_ = 0;    // the furthest step that those were for
  std::int64_t went_back_to_ = 0;   // the step that the last one loaded
  std::int64_t skipped_steps_ = 0;  // in a row
};

}  // namespace mhc
