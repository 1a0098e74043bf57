#include "core/train/nonfinite_guard/nonfinite_guard.h"

#include <algorithm>
#include <limits>

#include "core/record/record/unix_time.h"
#include "core/record/run/run_watch.h"

namespace mhc {
namespace {

constexpr std::int64_t kMostRollBacks = 5;
constexpr std::int64_t kMostSkippedSteps = 20;

}  // namespace

// A run that went back again and again before it got past its failure is not new to it.
Status NonfiniteGuard::Remember(RecordReader& reader, std::int64_t furthest) {
  const auto segments = reader.Segments();
  if (!segments) return tl::unexpected(segments.error());
  for (auto segment = segments->rbegin(); segment != segments->rend(); ++segment) {
    if (segment->reason == "start" || segment->first_step < run_.state.step) break;
    if (segment->reason == "roll_back") ++roll_backs_;
  }
  went_back_to_ = run_.state.step;
  failed_step_ = roll_backs_ > 0 ? furthest + 1 : 0;
  return {};
}

void NonfiniteGuard::Pass() {
  skipped_steps_ = 0;
  if (run_.state.step >= failed_step_) roll_backs_ = 0;
}

Result<bool> NonfiniteGuard::Meet(const StepOutcome& outcome) {
  const std::string what = fmt::format("loss {} and gradient norm {} at step {}", outcome.loss,
                                       outcome.gradient_norm, run_.state.step);
  const std::string& policy = run_.state.on_nonfinite;
  const bool goes_back = policy == "roll_back" && roll_backs_ < kMostRollBacks;
  const Status done = goes_back ? RollBack(what) : policy == "skip" ? Skip(what) : Stop(what);
  if (!done) return tl::unexpected(done.error());
  return goes_back;
}

Status NonfiniteGuard::Stop(const std::string& what) {
  run_.control.failed = true;
  const std::string after = run_.state.on_nonfinite == "roll_back"
                                ? fmt::format(" after {} roll backs", roll_backs_)
                                : "";
  return run_.SayAlert("nonfinite", fmt::format("{}: the run was stopped{}", what, after));
}

// A model that no batch brings back is not skipped to the end in silence, and does not wait for a
// person where nobody looks.
Status NonfiniteGuard::Skip(const std::string& what) {
  ++skipped_steps_;
  if (skipped_steps_ == 1) return run_.SayAlert("nonfinite", what + ": the step was skipped");
  if (skipped_steps_ % kMostSkippedSteps != 0) return {};
  const bool waits = RunWatch::IsWatched(run_.lock.folder());
  if (waits) {
    run_.control.Pause();
  } else {
    run_.control.failed = true;
  }
  return run_.SayAlert(
      "nonfinite", fmt::format("{}: {} steps in a row were skipped, {}", what, skipped_steps_,
                               waits ? "the run pauses" : "and no lab is watching: the run ends"));
}

// Back to the newest checkpoint at half the learning rate, or, where that one did not get past the
// failure, to the one before it; the policy that ordered it stays.
Status NonfiniteGuard::RollBack(const std::string& what) {
  if (auto said = run_.SayAlert("nonfinite", what + ": rolled back"); !said) return said;
  constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
  const std::int64_t before = roll_backs_ > 0 ? went_back_to_ : kAny;
  ++roll_backs_;
  TrainingState& state = run_.state;
  failed_step_ = std::max(failed_step_, state.step);
  auto loaded = run_.checkpoints.LoadNewest(*run_.trainer, before);
  if (!loaded) return tl::unexpected(loaded.error());
  went_back_to_ = loaded->state.step;
  state.step = loaded->state.step;
  state.last_intervention = loaded->state.last_intervention;
  skipped_steps_ = 0;
  state.learning_rate /= 2;

  Intervention guard;
  guard.request.id = fmt::format("guard-{}-{}", run_.writer.segment() + 1, state.step);
  guard.request.kind = "learning_rate";
  guard.request.value = state.learning_rate;
  guard.request.origin = "guard";
  guard.value_text = ValueText(guard.request);
  guard.step = state.step;
  guard.applied = true;
  guard.time = UnixNow();
  if (auto status = run_.writer.BeginRollBack(state.step, guard); !status) return status;
  state.last_intervention = run_.writer.last_intervention();
  for (const std::string& sentence : loaded->damaged) {
    if (auto said = run_.SayAlert("damaged_checkpoint", sentence); !said) return said;
  }
  return {};
}

}  // namespace mhc
