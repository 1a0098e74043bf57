// An experiment: the loop around Trainer. It takes a run step by step, has the intervention desk
// settle requests at step boundaries, records every step, and goes back where the guard says so.
//
// Lifetime: Start or Resume, then Run once. Thread rule: all on the training thread.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/model/yielding_threads.h"
#include "core/train/alert_rules.h"
#include "core/train/core_wait.h"
#include "core/train/energy_meter.h"
#include "core/train/experiment_host.h"
#include "core/train/intervention_desk/intervention_desk.h"
#include "core/train/nonfinite_guard/nonfinite_guard.h"
#include "core/train/training_run.h"

namespace mhc {

class Experiment {
 public:
  // Loads the data, builds the model, and only then makes the run folder and saves step 0: bad
  // input leaves no folder behind.
  static Result<std::unique_ptr<Experiment>> Start(const Configuration& configuration,
                                                   const std::filesystem::path& run,
                                                   const ExperimentHost& host);
  // Takes the run's lock and goes back to its newest readable checkpoint. Errors: no run, another
  // holder, other data than the run was started with, already finished. `settings` as
  // RunFolder::Open takes them; an alert names those that change how the run is computed. With more
  // steps than it was started with a run goes on behind its end.
  static Result<std::unique_ptr<Experiment>> Resume(const std::filesystem::path& run,
                                                    const ExperimentHost& host,
                                                    std::span<const Setting> settings = {});

  // Trains until the last step, a stop, or a failure. `stop_requested` is asked at step boundaries,
  // while paused, and while a write is refused that may succeed later, which is waited for. Returns
  // finished, stopped or failed; errors are those of disk and record that waiting does not mend.
  Result<RunState> Run(const std::function<bool()>& stop_requested);

  const RunFolder& folder() const { return run_.folder; }
  const OpenFolder& place() const { return run_.lock.folder(); }
  const TokenData& data() const { return run_.data; }
  Decoder& model() { return run_.model(); }

 private:
  Experiment(RunFolder folder, RunLock lock, RecordWriter writer, TokenData data,
             std::unique_ptr<Trainer> trainer, const std::vector<CheckpointRow>& rows,
             const ExperimentHost& host);

  // experiment_start.cc
  Status GoBackToNewestCheckpoint(RecordReader& reader);
  Status TellWhatChanged(const RunDescription& started);
  Status TellOfKernels(const std::string& recorded);
  Status TellOfSteps(std::int64_t recorded);
  void StayPausedAt(std::int64_t step);

  // experiment.cc
  Result<RunState> TrainCatchingExceptions(const std::function<bool()>& stop_requested);
  Result<RunState> Train(const std::function<bool()>& stop_requested);
  Status TrainOneStep();
  Status AppendStep(StepRecord& record);
  Status GuardAgainst(const StepOutcome& outcome);
  Status SnapshotFailedStep(const StepOutcome& outcome);
  bool WantsSnapshotOf(std::int64_t step) const;
  Status SaveRegularCheckpoint();
  Status TellOfStorage();
  Status TellByRules(const StepRecord& record);
  Status Finish(RunState state);

  // experiment_rows.cc
  StepRecord RecordOf(const StepOutcome& outcome, double learning_rate) const;
  void RecordParts(const PartClock& clock, StepRecord& record) const;
  void RecordEnergy(std::optional<double> joules, StepRecord& record) const;
  void EvaluateInto(StepRecord& record);
  void Report(const StepRecord& record);
  Status TellOfWaiting();
  // Threads that wait yield while other programs use the cores too.
  void GetAlongWithOthers();

  TrainingRun run_;
  InterventionDesk desk_;
  NonfiniteGuard guard_;
  AlertRules alert_rules_;
  double record_ms_ = 0.0;  // that the last row took
  std::deque<double> recent_step_seconds_;
  EnergyMeter energy_;
  CoreWait core_wait_;
  CoreWait lately_{"/proc", std::chrono::milliseconds(400)};
  YieldingThreads yielding_;
  bool told_of_waiting_ = false;
};

}  // namespace mhc
