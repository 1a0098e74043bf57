#include "core/train/experiment/experiment.h"

#include <chrono>
#include <thread>

#include "core/record/run/run_watch.h"
#include "core/train/learning_rate_schedule.h"
#include "core/train/peak_memory.h"

namespace mhc {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPausePoll = std::chrono::milliseconds(20);
constexpr std::size_t kRecentSteps = 50;

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

Experiment::Experiment(RunFolder folder, RunLock lock, RecordWriter writer, TokenData data,
                       std::unique_ptr<Trainer> trainer, const std::vector<CheckpointRow>& rows,
                       const ExperimentHost& host)
    : run_(std::move(folder), std::move(lock), std::move(writer), std::move(data),
           std::move(trainer), rows, host),
      desk_(run_),
      guard_(run_),
      alert_rules_(run_.configuration()),
      energy_(host.energy_zones) {}

Result<RunState> Experiment::Run(const std::function<bool()>& stop_requested) {
  run_.storage.Begin(stop_requested);
  RunWatch::Prepare(run_.lock.folder());
  if (auto status = run_.writer.SetState(RunState::kRunning); !status) {
    return tl::unexpected(status.error());
  }
  auto state = TrainCatchingExceptions(stop_requested);
  if (!state) {
    run_.storage.End();
    desk_.Acquit();
    // The reason may be the record itself; it is the error that is worth telling.
    (void)run_.writer.AppendAlert(run_.state.step, "failed", state.error().message);
    (void)run_.writer.Close(RunState::kFailed);
    return state;
  }
  if (auto status = Finish(*state); !status) return tl::unexpected(status.error());
  return state;
}

// What LibTorch throws becomes the run's final record, and the reason against what was applied
// right before.
Result<RunState> Experiment::TrainCatchingExceptions(const std::function<bool()>& stop_requested) {
  std::string reason;
  try {
    return Train(stop_requested);
  } catch (const c10::Error& error) {
    reason = fmt::format("LibTorch failed: {}", FirstLine(error.what_without_backtrace()));
  } catch (const std::bad_alloc&) {
    reason = "out of memory, expected a smaller model, batch or context";
  } catch (const std::exception& error) {
    reason = fmt::format("failed: {}", FirstLine(error.what()));
  }
  desk_.Blame(reason);
  return Fail("step {}: {}", run_.state.step + 1, reason);
}

Result<RunState> Experiment::Train(const std::function<bool()>& stop_requested) {
  const std::int64_t steps = run_.configuration().train.steps;
  bool shown_paused = false;
  while (run_.state.step < steps) {
    if (auto there = run_.lock.CheckThere(); !there) return tl::unexpected(there.error());
    if (auto told = TellOfStorage(); !told) return tl::unexpected(told.error());
    if (auto status = desk_.ApplyReplays(); !status) return tl::unexpected(status.error());
    if (auto status = desk_.TakeRequests(); !status) return tl::unexpected(status.error());
    if (auto status = run_.NoteParameters(); !status) return tl::unexpected(status.error());
    if (run_.control.failed) return RunState::kFailed;
    if (run_.control.stop || stop_requested()) return RunState::kStopped;
    const bool holds = run_.control.holds();
    if (holds != shown_paused) {
      const auto status = run_.writer.SetState(holds ? RunState::kPaused : RunState::kRunning);
      if (!status) return tl::unexpected(status.error());
      shown_paused = holds;
    }
    if (holds) {
      std::this_thread::sleep_for(kPausePoll);
      continue;
    }
    if (auto status = TrainOneStep(); !status) return tl::unexpected(status.error());
    if (run_.control.failed) return RunState::kFailed;
  }
  return RunState::kFinished;
}

Status Experiment::TrainOneStep() {
  const auto start = Clock::now();
  const TrainSettings& settings = run_.configuration().train;
  run_.trainer->AdvanceBlends(run_.state.step);
  const double learning_rate = LearningRate(settings, run_.state.learning_rate, run_.state.step);
  const std::int64_t step = run_.state.step + 1;
  const bool snapshot = WantsSnapshotOf(step);
  const bool scalars = snapshot || run_.probe.ScalarsAt(step) || step == settings.steps;

  ForwardTrace trace;
  trace.positions = run_.probe.positions();
  trace.in_detail = snapshot;
  // A CUDA device is waited for at each change of part: with snapshots only.
  if (snapshot || (scalars && run_.host.device.is_cpu())) {
    trace.clock = std::make_shared<PartClock>(run_.host.device);
  }
  if (scalars) (void)energy_.JoulesSinceLast();
  const StepOutcome outcome = run_.trainer->Step(run_.data.TrainingBatch(run_.state.step),
                                                 learning_rate, scalars ? &trace : nullptr);
  Enter(trace.clock, StepPart::kRest);
  const double step_seconds = SecondsSince(start);
  const std::optional<double> joules = scalars ? energy_.JoulesSinceLast() : std::nullopt;

  StepRecord record = RecordOf(outcome, learning_rate);
  if (scalars) run_.probe.MeasureScalars(trace, record);
  if (snapshot) run_.probe.MeasureSnapshots(trace, outcome, record);
  const double trace_ms = trace.clock ? trace.clock->Milliseconds(StepPart::kTrace) : 0.0;
  record.Set("step_ms", 1e3 * step_seconds - trace_ms);
  if (scalars) record.Set("probe_ms", 1e3 * (SecondsSince(start) - step_seconds) + trace_ms);
  if (trace.clock) RecordParts(*trace.clock, record);
  RecordEnergy(joules, record);
  const std::optional<double> memory = scalars ? PeakMemory() : std::nullopt;
  if (memory) record.Set("peak_memory", *memory);

  run_.state.step = step;
  if (run_.control.steps_allowed > 0) --run_.control.steps_allowed;
  EvaluateInto(record);
  run_.state.seconds += SecondsSince(start);
  record.Set("seconds", run_.state.seconds);
  recent_step_seconds_.push_back(SecondsSince(start));
  if (recent_step_seconds_.size() > kRecentSteps) recent_step_seconds_.pop_front();
  if (auto status = AppendStep(record); !status) return status;
  desk_.Acquit();
  Report(record);
  if (auto status = TellOfWaiting(); !status) return status;
  if (auto status = TellByRules(record); !status) return status;
  GetAlongWithOthers();
  if (!outcome.finite) return GuardAgainst(outcome);
  guard_.Pass();
  return SaveRegularCheckpoint();
}

Status Experiment::GuardAgainst(const StepOutcome& outcome) {
  const auto went_back = guard_.Meet(outcome);
  if (!went_back) return tl::unexpected(went_back.error());
  if (*went_back) desk_.ForgetReplays();
  return run_.control.failed ? SnapshotFailedStep(outcome) : Status();
}

// The last step of a run that ends here: it changed nothing, so that it can be looked at again.
Status Experiment::SnapshotFailedStep(const StepOutcome& outcome) {
  StepRecord record;
  record.step = run_.state.step;
  if (WantsSnapshotOf(record.step)) return {};
  const Batch batch = run_.data.TrainingBatch(record.step - 1);
  run_.probe.MeasureSnapshots(run_.trainer->Trace(batch, /*in_detail=*/true), outcome, record);
  for (const Snapshot& snapshot : record.snapshots) {
    if (auto kept = run_.writer.ReplaceSnapshot(record.step, snapshot); !kept) return kept;
  }
  return {};
}

bool Experiment::WantsSnapshotOf(std::int64_t step) const {
  return run_.probe.SnapshotAt(step) || desk_.WantsSnapshotOf(step);
}

// One that cannot be saved is no reason to lose what comes after it: the next one is tried again.
Status Experiment::SaveRegularCheckpoint() {
  const TrainSettings& settings = run_.configuration().train;
  const std::int64_t every = settings.checkpoint_every;
  if (every == 0 || run_.state.step % every != 0 || run_.state.step >= settings.steps) return {};
  const auto saved = run_.SaveCheckpoint("regular");
  return saved ? saved : run_.SayAlert("checkpoint", saved.error().message);
}

// Of a wait that is over; the record itself was what could not be written.
Status Experiment::TellOfStorage() {
  const auto ended = run_.storage.TakeEnded();
  return ended ? run_.SayAlert("storage", *ended) : Status();
}

Status Experiment::AppendStep(StepRecord& record) {
  const auto start = Clock::now();
  auto status = run_.writer.AppendStep(record);
  record_ms_ = 1e3 * SecondsSince(start);
  run_.state.seconds += 1e-3 * record_ms_;
  return status;
}

Status Experiment::Finish(RunState state) {
  if (auto status = desk_.RefuseRemaining(); !status) return status;
  if (auto status = run_.NoteParameters(); !status) return status;
  if (state != RunState::kFailed) {
    const auto status = run_.SaveCheckpoint(state == RunState::kFinished ? "final" : "stop");
    if (!status) return status;
  }
  return run_.writer.Close(state);
}

}  // namespace mhc
