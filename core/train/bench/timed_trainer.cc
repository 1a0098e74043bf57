#include "core/train/bench/timed_trainer.h"

#include <memory>
#include <utility>

#include "core/train/bench/stopwatch.h"
#include "core/train/learning_rate_schedule.h"

namespace mhc {

TimedTrainer::TimedTrainer(BenchModel model, const TokenData& data, const torch::Device& device)
    : name_(std::move(model.name)),
      configuration_(std::move(model.configuration)),
      data_(data),
      trainer_(configuration_, data.vocabulary(), device),
      probe_(configuration_) {}

Result<StepOutcome> TimedTrainer::Take(ForwardTrace* trace, double learning_rate) {
  const StepOutcome outcome = trainer_.Step(data_.TrainingBatch(finished_), learning_rate, trace);
  ++finished_;
  if (!outcome.finite) {
    return Fail(
        "{}: step {} found a loss or gradients that are not finite, expected a model whose "
        "steps can be compared",
        name_, finished_);
  }
  return outcome;
}

Result<double> TimedTrainer::Step() {
  const TrainSettings& settings = configuration_.train;
  const Stopwatch watch(trainer_.device());
  const auto outcome = Take(nullptr, LearningRate(settings, settings.learning_rate, finished_));
  const double step_ms = watch.Milliseconds();
  if (!outcome) return tl::unexpected(outcome.error());
  return step_ms;
}

Result<StepRecord> TimedTrainer::StepWithProbe() {
  const TrainSettings& settings = configuration_.train;
  const double learning_rate = LearningRate(settings, settings.learning_rate, finished_);
  const Stopwatch watch(trainer_.device());
  ForwardTrace trace;
  trace.positions = probe_.positions();
  trace.clock = std::make_shared<PartClock>(trainer_.device());
  const auto outcome = Take(&trace, learning_rate);
  Enter(trace.clock, StepPart::kRest);
  const double step_ms = watch.Milliseconds();
  if (!outcome) return tl::unexpected(outcome.error());

  StepRecord record;
  record.step = finished_;
  record.Set("tokens",
             static_cast<double>(finished_ * settings.batch * configuration_.model.context));
  record.Set("loss", outcome->loss);
  record.Set("learning_rate", learning_rate);
  record.Set("gradient_norm", outcome->gradient_norm);
  record.Set("mixing_gradient_norm", outcome->mixing_gradient_norm);
  record.Set("mixing_logits_gradient_norm", outcome->mixing_logits_gradient_norm);
  record.Set("clipped", outcome->clipped);
  record.Set("skipped", 0.0);
  const Stopwatch probe_watch(trainer_.device());
  probe_.MeasureScalars(trace, record);
  RecordTimes(*trace.clock, step_ms, probe_watch.Milliseconds(), record);
  return record;
}

// What the trace keeps of the pass is the probe's, as in an experiment.
void TimedTrainer::RecordTimes(const PartClock& clock, double step_ms, double probe_ms,
                               StepRecord& record) const {
  const double trace_ms = clock.Milliseconds(StepPart::kTrace);
  record.Set("step_ms", step_ms - trace_ms);
  record.Set("probe_ms", probe_ms + trace_ms);
  record.Set("apply_ms", clock.Milliseconds(StepPart::kApply));
  record.Set("sublayer_ms", clock.Milliseconds(StepPart::kSublayer));
  if (configuration_.SiteCount() == 0) return;
  record.Set("coefficients_ms", clock.Milliseconds(StepPart::kCoefficients));
  record.Set("constraint_ms", clock.Milliseconds(StepPart::kConstraint));
}

}  // namespace mhc
