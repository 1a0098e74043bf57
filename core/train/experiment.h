// An experiment: the loop around Trainer. It owns the run's folder, record, inbox, checkpoints and
// probe, applies interventions at step boundaries, and goes back where a guard says so.
//
// Lifetime: Start or Resume, then Run once. Thread rule: all on the training thread.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/record/intervention/inbox.h"
#include "core/record/record/record_reader.h"
#include "core/record/record/record_writer.h"
#include "core/record/run/run_folder.h"
#include "core/train/checkpoint_store.h"
#include "core/train/probe.h"
#include "core/train/token_data.h"
#include "core/train/trainer.h"

namespace mhc {

// What a progress display needs after a step.
struct Progress {
  std::int64_t step = 0, steps = 0;
  double loss = 0.0;
  std::optional<double> validation_loss;  // where it was evaluated at this step
  double tokens_per_second = 0.0;         // over the last steps
  double seconds_left = 0.0;
};

// Told of what happens; every call comes from the training thread.
class ExperimentObserver {
 public:
  virtual ~ExperimentObserver() = default;
  virtual void OnProgress(const Progress& progress) = 0;
  virtual void OnMessage(const std::string& sentence) = 0;
};

struct ExperimentHost {
  std::string program_version;
  std::int64_t threads = 1;
  torch::Device device = torch::kCPU;
  ExperimentObserver* observer = nullptr;
};

class Experiment {
 public:
  // Loads the data, builds the model, and only then makes the run folder and saves step 0: bad
  // input leaves no folder behind.
  static Result<std::unique_ptr<Experiment>> Start(const Configuration& configuration,
                                                   const std::filesystem::path& run,
                                                   const ExperimentHost& host);
  // Takes the run's lock and goes back to its newest readable checkpoint. Errors: no run, another
  // holder, other data than the run was started with, already finished.
  static Result<std::unique_ptr<Experiment>> Resume(const std::filesystem::path& run,
                                                    const ExperimentHost& host);

  // Trains until the last step, a stop, or a failure. `stop_requested` is asked at step boundaries
  // and while paused. Returns finished, stopped or failed; errors are those of disk and record.
  Result<RunState> Run(const std::function<bool()>& stop_requested);

  const RunFolder& folder() const { return folder_; }

 private:
  Experiment(RunFolder folder, RunLock lock, RecordWriter writer, TokenData data,
             std::unique_ptr<Trainer> trainer, const std::vector<CheckpointRow>& checkpoints,
             const ExperimentHost& host);

  // experiment_start.cc
  Status GoBackToNewestCheckpoint(RecordReader& reader);
  Status RememberInterventions(RecordReader& reader, const TrainingState& state);
  Status TellWhatChanged(const RunDescription& started);

  // experiment.cc
  Result<RunState> TrainCatchingExceptions(const std::function<bool()>& stop_requested);
  Result<RunState> Train(const std::function<bool()>& stop_requested);
  Status TrainOneStep();
  StepRecord RecordOf(const StepOutcome& outcome, double learning_rate) const;
  void RecordParts(const PartClock& clock, StepRecord& record) const;
  Status SaveRegularCheckpoint();
  Status AppendStep(StepRecord& record);
  void EvaluateInto(StepRecord& record);
  Status SaveCheckpointNow(const std::string& reason);
  Status Finish(RunState state);
  void Report(const StepRecord& record);
  TrainingState CurrentState() const;
  void Say(const std::string& sentence);
  Status SayAlert(const std::string& kind, const std::string& sentence);

  // experiment_interventions.cc
  Status ApplyReplays();
  struct WaitingRequest {
    TakenRequest taken;
    Result<InterventionRequest> request;  // the error is the reason of its refusal
  };
  Status TakeRequests();
  Status CollectRequests();
  Status Settle(const WaitingRequest& waiting);
  Status RefuseRemainingRequests();
  Intervention Apply(const InterventionRequest& request);
  Status ApplyConstraint(Intervention& intervention);
  Status ApplyIterations(Intervention& intervention);
  Status ApplyControl(const InterventionRequest& request);
  Status ApplyPause(const InterventionRequest& request);
  bool MustWait(const WaitingRequest& waiting) const;
  SiteMeans MeansOfNextStep();
  void MeasureJump(Intervention& intervention, const SiteMeans& before);
  Status GuardNonFinite(const StepOutcome& outcome);
  Status GuardBySkipping(const std::string& what);
  Status RollBack();

  RunFolder folder_;
  RunLock lock_;
  RecordWriter writer_;
  TokenData data_;
  std::unique_ptr<Trainer> trainer_;
  CheckpointStore checkpoints_;
  Inbox inbox_;
  Probe probe_;
  ExperimentHost host_;

  // Saved in checkpoints.
  std::int64_t finished_ = 0;
  double peak_learning_rate_ = 0.0;
  std::string on_nonfinite_;
  double seconds_ = 0.0;
  std::int64_t last_intervention_ = 0;

  // Of this process.
  std::vector<Intervention> replays_;  // ascending by step and number
  std::int64_t repeats_until_ = 0;     // steps up to this one were recorded before a resume
  std::set<std::string> settled_;      // ids whose outcome is in the record
  std::deque<WaitingRequest> waiting_;
  bool inbox_is_missing_ = false;
  std::optional<Snapshot> maps_before_;   // of the intervention that is being applied
  std::int64_t snapshot_forced_at_ = -1;  // a step after an intervention
  bool paused_ = false, stop_ = false, failed_ = false;
  std::int64_t steps_allowed_ = 0;  // while paused
  std::int64_t roll_backs_ = 0;     // since a step got past the last failure
  std::int64_t failed_step_ = 0;    // the step that the last roll back was for
  std::int64_t skipped_steps_ = 0;  // in a row
  double record_ms_ = 0.0;
  std::deque<double> recent_step_seconds_;
};

}  // namespace mhc
