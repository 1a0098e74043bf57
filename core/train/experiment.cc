#include "core/train/experiment.h"

#include <chrono>
#include <limits>
#include <numeric>
#include <thread>

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
                       std::unique_ptr<Trainer> trainer,
                       const std::vector<CheckpointRow>& checkpoints, const ExperimentHost& host)
    : folder_(std::move(folder)),
      lock_(std::move(lock)),
      writer_(std::move(writer)),
      data_(std::move(data)),
      trainer_(std::move(trainer)),
      checkpoints_(folder_, writer_, checkpoints),
      inbox_(folder_.inbox_path()),
      probe_(folder_.configuration()),
      host_(host),
      peak_learning_rate_(folder_.configuration().train.learning_rate),
      on_nonfinite_(folder_.configuration().train.on_nonfinite) {}

void Experiment::Say(const std::string& sentence) {
  if (host_.observer) host_.observer->OnMessage(sentence);
}

Status Experiment::SayAlert(const std::string& kind, const std::string& sentence) {
  Say(sentence);
  return writer_.AppendAlert(finished_, kind, sentence);
}

TrainingState Experiment::CurrentState() const {
  return {finished_,    peak_learning_rate_,          on_nonfinite_, seconds_, last_intervention_,
          data_.hash(), SiteStates(trainer_->model())};
}

Status Experiment::SaveCheckpointNow(const std::string& reason) {
  return checkpoints_.Save(CurrentState(), reason, *trainer_);
}

Result<RunState> Experiment::Run(const std::function<bool()>& stop_requested) {
  if (auto status = writer_.SetState(RunState::kRunning); !status) {
    return tl::unexpected(status.error());
  }
  auto state = TrainCatchingExceptions(stop_requested);
  if (!state) {
    // The reason may be the record itself; it is the error that is worth telling.
    (void)writer_.AppendAlert(finished_, "failed", state.error().message);
    (void)writer_.Close(RunState::kFailed);
    return state;
  }
  if (auto status = Finish(*state); !status) return tl::unexpected(status.error());
  return state;
}

// What LibTorch throws becomes the run's final record.
Result<RunState> Experiment::TrainCatchingExceptions(const std::function<bool()>& stop_requested) {
  try {
    return Train(stop_requested);
  } catch (const c10::Error& error) {
    return Fail("step {}: LibTorch failed: {}", finished_ + 1,
                FirstLine(error.what_without_backtrace()));
  } catch (const std::bad_alloc&) {
    return Fail("step {}: out of memory, expected a smaller model, batch or context",
                finished_ + 1);
  } catch (const std::exception& error) {
    return Fail("step {}: failed: {}", finished_ + 1, FirstLine(error.what()));
  }
}

Result<RunState> Experiment::Train(const std::function<bool()>& stop_requested) {
  const std::int64_t steps = folder_.configuration().train.steps;
  bool shown_paused = false;
  while (finished_ < steps) {
    if (auto status = ApplyReplays(); !status) return tl::unexpected(status.error());
    if (auto status = TakeRequests(); !status) return tl::unexpected(status.error());
    if (failed_) return RunState::kFailed;
    if (stop_ || stop_requested()) return RunState::kStopped;
    const bool holds = paused_ && steps_allowed_ == 0;
    if (holds != shown_paused) {
      const auto status = writer_.SetState(holds ? RunState::kPaused : RunState::kRunning);
      if (!status) return tl::unexpected(status.error());
      shown_paused = holds;
    }
    if (holds) {
      std::this_thread::sleep_for(kPausePoll);
      continue;
    }
    if (auto status = TrainOneStep(); !status) return tl::unexpected(status.error());
    if (failed_) return RunState::kFailed;
  }
  return RunState::kFinished;
}

Status Experiment::TrainOneStep() {
  const auto start = Clock::now();
  const TrainSettings& settings = folder_.configuration().train;
  trainer_->AdvanceBlends(finished_);
  const double learning_rate = LearningRate(settings, peak_learning_rate_, finished_);
  const std::int64_t step = finished_ + 1;
  const bool snapshot = probe_.SnapshotAt(step) || step == snapshot_forced_at_;
  const bool scalars = snapshot || probe_.ScalarsAt(step) || step == settings.steps;

  ForwardTrace trace;
  trace.positions = probe_.positions();
  trace.in_detail = snapshot;
  // A CUDA device is waited for at each change of part: with snapshots only.
  if (snapshot || (scalars && host_.device.is_cpu())) {
    trace.clock = std::make_shared<PartClock>(host_.device);
  }
  const StepOutcome outcome =
      trainer_->Step(data_.TrainingBatch(finished_), learning_rate, scalars ? &trace : nullptr);
  Enter(trace.clock, StepPart::kRest);
  const double step_seconds = SecondsSince(start);

  StepRecord record = RecordOf(outcome, learning_rate);
  if (scalars) probe_.MeasureScalars(trace, record);
  if (snapshot) probe_.MeasureSnapshots(trace, outcome, record);
  const double trace_ms = trace.clock ? trace.clock->Milliseconds(StepPart::kTrace) : 0.0;
  record.Set("step_ms", 1e3 * step_seconds - trace_ms);
  if (scalars) record.Set("probe_ms", 1e3 * (SecondsSince(start) - step_seconds) + trace_ms);
  if (trace.clock) RecordParts(*trace.clock, record);
  const std::optional<double> memory = scalars ? PeakMemory() : std::nullopt;
  if (memory) record.Set("peak_memory", *memory);

  finished_ = step;
  if (steps_allowed_ > 0) --steps_allowed_;
  EvaluateInto(record);
  seconds_ += SecondsSince(start);
  record.Set("seconds", seconds_);
  recent_step_seconds_.push_back(SecondsSince(start));
  if (recent_step_seconds_.size() > kRecentSteps) recent_step_seconds_.pop_front();
  if (auto status = AppendStep(record); !status) return status;
  Report(record);
  if (!outcome.finite) return GuardNonFinite(outcome);
  skipped_steps_ = 0;
  if (finished_ >= failed_step_) roll_backs_ = 0;
  return SaveRegularCheckpoint();
}

// What every step has.
StepRecord Experiment::RecordOf(const StepOutcome& outcome, double learning_rate) const {
  StepRecord record;
  record.step = finished_ + 1;
  const std::int64_t tokens =
      folder_.configuration().train.batch * folder_.configuration().model.context;
  record.Set("tokens", static_cast<double>(record.step * tokens));
  record.Set("loss", outcome.loss);
  record.Set("learning_rate", learning_rate);
  record.Set("gradient_norm", outcome.gradient_norm);
  record.Set("mixing_gradient_norm", outcome.mixing_gradient_norm);
  record.Set("mixing_logits_gradient_norm", outcome.mixing_logits_gradient_norm);
  record.Set("clipped", outcome.clipped);
  if (outcome.harmonized_scale) record.Set("harmonized_scale", *outcome.harmonized_scale);
  record.Set("skipped", !outcome.finite);
  record.Set("record_ms", record_ms_);
  return record;
}

void Experiment::RecordParts(const PartClock& clock, StepRecord& record) const {
  record.Set("apply_ms", clock.Milliseconds(StepPart::kApply));
  record.Set("sublayer_ms", clock.Milliseconds(StepPart::kSublayer));
  if (folder_.configuration().SiteCount() == 0) return;
  record.Set("coefficients_ms", clock.Milliseconds(StepPart::kCoefficients));
  record.Set("constraint_ms", clock.Milliseconds(StepPart::kConstraint));
}

// One that cannot be saved is no reason to lose what comes after it: the next one is tried again.
Status Experiment::SaveRegularCheckpoint() {
  const TrainSettings& settings = folder_.configuration().train;
  const std::int64_t every = settings.checkpoint_every;
  if (every == 0 || finished_ % every != 0 || finished_ >= settings.steps) return {};
  const auto saved = SaveCheckpointNow("regular");
  return saved ? saved : SayAlert("checkpoint", saved.error().message);
}

void Experiment::EvaluateInto(StepRecord& record) {
  const TrainSettings& settings = folder_.configuration().train;
  const bool due = settings.evaluate_every > 0 && finished_ % settings.evaluate_every == 0;
  if (due || finished_ == settings.steps) {
    record.Set("validation_loss", trainer_->Evaluate(data_));
  }
}

Status Experiment::AppendStep(StepRecord& record) {
  const auto start = Clock::now();
  auto status = writer_.AppendStep(record);
  record_ms_ = 1e3 * SecondsSince(start);
  seconds_ += 1e-3 * record_ms_;
  return status;
}

void Experiment::Report(const StepRecord& record) {
  if (!host_.observer) return;
  const auto& settings = folder_.configuration().train;
  const double total =
      std::accumulate(recent_step_seconds_.begin(), recent_step_seconds_.end(), 0.0);
  const double mean = total / static_cast<double>(recent_step_seconds_.size());
  const auto tokens = static_cast<double>(settings.batch * folder_.configuration().model.context);
  host_.observer->OnProgress({finished_, settings.steps, *record.Get("loss"),
                              record.Get("validation_loss"), tokens / mean,
                              mean * static_cast<double>(settings.steps - finished_)});
}

Status Experiment::Finish(RunState state) {
  if (auto status = RefuseRemainingRequests(); !status) return status;
  if (state != RunState::kFailed) {
    const auto status = SaveCheckpointNow(state == RunState::kFinished ? "final" : "stop");
    if (!status) return status;
  }
  return writer_.Close(state);
}

}  // namespace mhc
