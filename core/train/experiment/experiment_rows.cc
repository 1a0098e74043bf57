// What a step leaves behind: its row of the record, and a word to who watches.
#include <numeric>

#include "core/train/experiment/experiment.h"

namespace mhc {

// What every step has.
StepRecord Experiment::RecordOf(const StepOutcome& outcome, double learning_rate) const {
  StepRecord record;
  record.step = run_.state.step + 1;
  const std::int64_t tokens = run_.configuration().train.batch * run_.configuration().model.context;
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
  if (run_.configuration().SiteCount() == 0) return;
  record.Set("coefficients_ms", clock.Milliseconds(StepPart::kCoefficients));
  record.Set("constraint_ms", clock.Milliseconds(StepPart::kConstraint));
}

void Experiment::RecordEnergy(std::optional<double> joules, StepRecord& record) const {
  if (!joules) return;
  const TrainSettings& settings = run_.configuration().train;
  record.Set("energy", *joules);
  record.Set("energy_per_token",
             *joules / static_cast<double>(settings.batch * run_.configuration().model.context));
}

void Experiment::EvaluateInto(StepRecord& record) {
  const TrainSettings& settings = run_.configuration().train;
  const bool due = settings.evaluate_every > 0 && run_.state.step % settings.evaluate_every == 0;
  if (due || run_.state.step == settings.steps) {
    record.Set("validation_loss", run_.trainer->Evaluate(run_.data));
  }
}

void Experiment::Report(const StepRecord& record) {
  if (!run_.host.observer) return;
  const auto& settings = run_.configuration().train;
  const double total =
      std::accumulate(recent_step_seconds_.begin(), recent_step_seconds_.end(), 0.0);
  const double mean = total / static_cast<double>(recent_step_seconds_.size());
  const auto tokens = static_cast<double>(settings.batch * run_.configuration().model.context);
  run_.host.observer->OnProgress({run_.state.step, settings.steps, *record.Get("loss"),
                                  record.Get("validation_loss"), tokens / mean,
                                  mean * static_cast<double>(settings.steps - run_.state.step)});
}

Status Experiment::TellByRules(const StepRecord& record) {
  for (const AlertRules::Raised& raised : alert_rules_.Look(record)) {
    if (raised.pause) run_.control.Pause();
    const std::string text = raised.pause ? raised.text + "; the run pauses" : raised.text;
    if (auto said = run_.SayAlert("rule", text); !said) return said;
  }
  return {};
}

// Once: it is for the person who started the run, not for its record of the day.
Status Experiment::TellOfWaiting() {
  if (told_of_waiting_) return {};
  const auto share = core_wait_.ShareOfStretch(CoreWait::Clock::now());
  if (!share || *share < CoreWait::kWorthSaying) return {};
  told_of_waiting_ = true;
  return run_.SayAlert("shared_cores", CoreWaitSentence(*share, run_.host.threads));
}

void Experiment::GetAlongWithOthers() {
  // Of the last moments: a run alone stands in line for a hundredth of them at most.
  constexpr double kShares = 0.1, kIsAlone = 0.03;
  if (run_.host.threads < 2) return;
  const auto share = lately_.ShareOfStretch(CoreWait::Clock::now());
  if (share && (yielding_.yields() ? *share < kIsAlone : *share > kShares)) {
    yielding_.Yield(!yielding_.yields());
  }
}

}  // namespace mhc
