// Where requests become interventions at a step boundary: collected from the inbox, queued, applied
// or refused, recorded, and, after a resume went back, applied again at their own steps.
//
// Thread rule: the training thread.
#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "core/record/intervention/inbox.h"
#include "core/record/record/record_reader.h"
#include "core/train/intervention_desk/intervention_effects.h"
#include "core/train/intervention_desk/intervention_trial.h"
#include "core/train/training_run.h"

namespace mhc {

class InterventionDesk {
 public:
  // Borrows the run, which must outlive it.
  explicit InterventionDesk(TrainingRun& run);

  // After a resume went back to the run's present state: what was settled before, and what that
  // state does not contain. Steps up to `furthest` were recorded already; until then nothing new
  // may change training. Returns what ended the engine before, as refused: it does not come again,
  // and the record is to be told, then TellOf() everyone else.
  Result<std::vector<Intervention>> Remember(RecordReader& reader, std::int64_t furthest);
  Status TellOf(const std::vector<Intervention>& refused);
  // After a roll back: what it took away does not come again.
  void ForgetReplays();

  // At every step boundary, in this order. An error is one of disk and record, or a change that
  // cannot be applied again.
  Status ApplyReplays();
  Status TakeRequests();
  // At the end of the run: everyone who still waits is told.
  Status RefuseRemaining();

  // Whether what was applied since the last step has ended the engine: it has not where a step is
  // recorded or the run ends in good order, and it has where an exception ends it.
  void Acquit() { trial_.PassOpen(); }
  void Blame(const std::string& reason) { trial_.EndBy(reason); }

  // The maps of the step after a change are recorded whatever probe.snapshot_every says.
  bool WantsSnapshotOf(std::int64_t step) const { return step == snapshot_step_; }

 private:
  struct WaitingRequest {
    TakenRequest taken;
    Result<InterventionRequest> request;  // the error is the reason of its refusal
  };
  Status CheckRecorded(const Intervention& past) const;
  Status Collect();
  void CollectPlanned();
  Status Settle(const WaitingRequest& waiting);
  bool MustWait(const WaitingRequest& waiting) const;
  SettledRequest Apply(const InterventionRequest& request);
  Intervention RefusedFor(const WaitingRequest& waiting, const std::string& reason) const;
  bool IsUrgent(const WaitingRequest& waiting) const;

  TrainingRun& run_;
  Inbox inbox_;
  InterventionTrial trial_;
  std::vector<Intervention> replays_;    // ascending by step and number
  std::int64_t repeats_until_ = 0;       // steps up to this one were recorded before a resume
  std::vector<PlannedRequest> planned_;  // of the configuration, until they are due
  std::set<std::string> settled_;        // ids whose outcome is in the record
  std::deque<WaitingRequest> waiting_;
  bool told_of_inbox_ = false;
  std::int64_t snapshot_step_ = -1;
};

}  // namespace mhc
