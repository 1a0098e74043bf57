// Interventions at a step boundary: replayed ones, requests of the inbox, and the guard's own.
#include <algorithm>
#include <cmath>

#include "core/record/record/unix_time.h"
#include "core/train/constraint_transfer.h"
#include "core/train/experiment.h"

namespace mhc {
namespace {

constexpr std::int64_t kMostRollBacks = 5;
constexpr std::int64_t kMostSkippedSteps = 20;

double Distance(const MeanMaps& a, const MeanMaps& b) {
  return (a.res_NN - b.res_NN).norm().item<double>();
}

// The choice with another number of iterations; error where the constraint has none.
Result<ConstraintChoice> WithIterations(ConstraintChoice choice, std::int64_t iterations) {
  const auto status = SetOption(choice, "iterations", Value(iterations));
  if (!status) return tl::unexpected(status.error());
  return choice;
}

}  // namespace

Status Experiment::ApplyReplays() {
  while (!replays_.empty() && replays_.front().step <= finished_) {
    const Intervention past = replays_.front();
    replays_.erase(replays_.begin());
    const Intervention applied = Apply(past.request);
    if (!applied.applied) {
      return Fail("{}: the intervention of step {} cannot be applied again: {}",
                  folder_.path().string(), past.step, applied.reason);
    }
    if (maps_before_) {
      if (auto kept = writer_.ReplaceSnapshot(finished_, *maps_before_); !kept) return kept;
    }
    last_intervention_ = std::max(last_intervention_, past.number);
  }
  return {};
}

// While single steps are under way the others wait their turn, so that a list of requests is a
// script; and while recorded steps are repeated nothing may change what is being repeated. A pause
// and a stop wait for neither.
bool Experiment::MustWait(const WaitingRequest& waiting) const {
  if (!waiting.request) return false;
  const std::string& kind = waiting.request->kind;
  if (finished_ < repeats_until_ && FindInterventionKind(kind)->changes_training) return true;
  return steps_allowed_ > 0 && kind != "pause" && kind != "stop";
}

// An inbox that cannot be read is told once and looked at again; training goes on.
Status Experiment::CollectRequests() {
  auto taken = inbox_.Take();
  if (!taken) {
    if (inbox_is_missing_) return {};
    inbox_is_missing_ = true;
    return SayAlert("inbox", taken.error().message);
  }
  inbox_is_missing_ = false;
  for (TakenRequest& request : *taken) {
    auto parsed = request.unreadable.empty()
                      ? ParseRequest(folder_.configuration(), request.id, request.text)
                      : Result<InterventionRequest>(tl::unexpected(Error{request.unreadable}));
    waiting_.push_back({std::move(request), std::move(parsed)});
  }
  return {};
}

Status Experiment::TakeRequests() {
  if (auto collected = CollectRequests(); !collected) return collected;
  bool one_waits_for_repeats = false;
  for (auto it = waiting_.begin(); it != waiting_.end() && !stop_;) {
    // Behind a request that waits for the end of the repeated steps, the order is kept.
    const bool urgent =
        it->request && (it->request->kind == "pause" || it->request->kind == "stop");
    const bool waits = MustWait(*it) || (one_waits_for_repeats && !urgent);
    if (waits) {
      one_waits_for_repeats = one_waits_for_repeats || finished_ < repeats_until_;
      ++it;
      continue;
    }
    const WaitingRequest request = std::move(*it);
    it = waiting_.erase(it);
    if (auto status = Settle(request); !status) return status;
  }
  return {};
}

Status Experiment::Settle(const WaitingRequest& waiting) {
  const TakenRequest& taken = waiting.taken;
  if (settled_.contains(taken.id)) return inbox_.Done(taken);
  Intervention intervention;
  maps_before_.reset();
  if (waiting.request) {
    intervention = Apply(*waiting.request);
  } else {
    intervention.request.id = taken.id;
    intervention.step = finished_;
    intervention.reason = waiting.request.error().message;
  }
  intervention.time = UnixNow();
  if (auto status = writer_.AppendIntervention(intervention, maps_before_); !status) return status;
  settled_.insert(taken.id);
  if (intervention.applied) last_intervention_ = writer_.last_intervention();
  Say(intervention.applied ? fmt::format("{} {} applied at step {}", intervention.request.kind,
                                         intervention.value_text, finished_)
                           : fmt::format("refused: {}", intervention.reason));
  return inbox_.Done(taken);
}

Status Experiment::RefuseRemainingRequests() {
  if (auto collected = CollectRequests(); !collected) return collected;
  for (const WaitingRequest& waiting : waiting_) {
    if (!settled_.contains(waiting.taken.id)) {
      Intervention refused;
      refused.request.id = waiting.taken.id;
      if (waiting.request) {
        refused.request = *waiting.request;
        refused.value_text = ValueText(*waiting.request);
      }
      refused.step = finished_;
      refused.reason =
          fmt::format("the run ended at step {} before the request was taken", finished_);
      refused.time = UnixNow();
      if (auto status = writer_.AppendIntervention(refused); !status) return status;
    }
    if (auto status = inbox_.Done(waiting.taken); !status) return status;
  }
  waiting_.clear();
  return {};
}

// What became of a request. A refusal comes before anything was changed.
Intervention Experiment::Apply(const InterventionRequest& request) {
  Intervention intervention;
  intervention.request = request;
  intervention.value_text = ValueText(request);
  intervention.step = finished_;
  maps_before_.reset();
  Status done;
  if (request.kind == "constraint") {
    done = ApplyConstraint(intervention);
  } else if (request.kind == "iterations") {
    done = ApplyIterations(intervention);
  } else {
    done = ApplyControl(request);
  }
  intervention.applied = done.has_value();
  if (!done) intervention.reason = done.error().message;
  return intervention;
}

// The token means of the maps as the coming step would have them, a blend at its weight included.
SiteMeans Experiment::MeansOfNextStep() {
  trainer_->AdvanceBlends(finished_);
  return probe_.Means(trainer_->Trace(data_.TrainingBatch(finished_)));
}

Status Experiment::ApplyConstraint(Intervention& intervention) {
  const InterventionRequest& request = intervention.request;
  auto choice = ParseConstraint(std::get<std::string>(request.value));
  if (!choice) return tl::unexpected(choice.error());
  Decoder& model = trainer_->model();
  const std::int64_t streams = folder_.configuration().StreamCount();
  if (auto status = CheckConstraintChange(model, request.sites, *choice, request.transfer, streams);
      !status) {
    return status;
  }
  const SiteMeans before = MeansOfNextStep();
  if (auto finite = CheckMeans(model, request.sites, request.transfer, before); !finite) {
    return finite;
  }
  if (auto status = SaveCheckpointNow("intervention"); !status) return status;
  const ConstraintChange change =
      ChangeConstraint(model, request.sites, *choice, request.transfer, before, finished_);
  trainer_->optimizer().Rebuild();
  snapshot_forced_at_ = finished_ + 1;
  intervention.unmatched_by_site = change.unmatched_by_site;
  intervention.unmatched =
      *std::max_element(change.unmatched_by_site.begin(), change.unmatched_by_site.end());
  MeasureJump(intervention, before);
  return {};
}

Status Experiment::ApplyIterations(Intervention& intervention) {
  const InterventionRequest& request = intervention.request;
  const std::int64_t iterations = std::get<std::int64_t>(request.value);
  Decoder& model = trainer_->model();
  const std::vector<std::int64_t> sites = SitesOrAll(request.sites, model);
  if (sites.empty()) {
    return Fail("iterations: this run has no hyper-connection sites (connection = residual)");
  }
  std::vector<ConstraintChoice> choices;
  for (const std::int64_t site : sites) {
    auto choice = WithIterations(model->sites[site]->constraint(), iterations);
    if (!choice) return FailWithin(fmt::format("site {}", site), choice.error());
    choices.push_back(std::move(*choice));
  }
  if (auto status = SaveCheckpointNow("intervention"); !status) return status;
  const SiteMeans before = MeansOfNextStep();
  for (std::size_t i = 0; i < sites.size(); ++i) {
    model->sites[sites[i]]->SetConstraintKeepingLogits(choices[i]);
  }
  snapshot_forced_at_ = finished_ + 1;
  MeasureJump(intervention, before);
  return {};
}

// How far the maps of the next step moved, and the maps right before as a snapshot of this step.
void Experiment::MeasureJump(Intervention& intervention, const SiteMeans& before) {
  const SiteMeans after = MeansOfNextStep();
  double largest = 0.0;
  for (const std::int64_t site : SitesOrAll(intervention.request.sites, trainer_->model())) {
    intervention.matrix_jump_by_site.push_back(Distance(before[site], after[site]));
    largest = LargestOrNan(largest, intervention.matrix_jump_by_site.back());
  }
  intervention.matrix_jump = largest;
  std::vector<at::Tensor> means;
  for (const MeanMaps& site : before) means.push_back(site.res_NN);
  const at::Tensor stacked = torch::stack(means).to(torch::kFloat32).contiguous();
  maps_before_ = Snapshot{"res_mean", stacked.sizes().vec(), {}};
  maps_before_->data.assign(stacked.data_ptr<float>(), stacked.data_ptr<float>() + stacked.numel());
}

Status Experiment::ApplyControl(const InterventionRequest& request) {
  const std::string& kind = request.kind;
  if (kind == "learning_rate" || kind == "on_nonfinite") {
    if (auto status = SaveCheckpointNow("intervention"); !status) return status;
    if (kind == "learning_rate") {
      peak_learning_rate_ = std::get<double>(request.value);
    } else {
      on_nonfinite_ = std::get<std::string>(request.value);
    }
    return {};
  }
  if (kind == "checkpoint") return SaveCheckpointNow("request");
  if (kind != "stop") return ApplyPause(request);
  stop_ = true;
  return {};
}

Status Experiment::ApplyPause(const InterventionRequest& request) {
  if (request.kind == "pause") {
    paused_ = true;
    steps_allowed_ = 0;
  } else if (request.kind == "resume") {
    if (!paused_) return Fail("resume: the run is not paused");
    paused_ = false;
    steps_allowed_ = 0;
  } else if (request.kind == "step") {
    if (!paused_) return Fail("step: the run is not paused, expected a pause before it");
    steps_allowed_ += std::get<std::int64_t>(request.value);
  } else {
    return Fail("{}: no such intervention", request.kind);
  }
  return {};
}

Status Experiment::GuardNonFinite(const StepOutcome& outcome) {
  const std::string what = fmt::format("loss {} and gradient norm {} at step {}", outcome.loss,
                                       outcome.gradient_norm, finished_);
  if (on_nonfinite_ == "skip") return GuardBySkipping(what);
  if (on_nonfinite_ == "roll_back" && roll_backs_ < kMostRollBacks) {
    if (auto said = SayAlert("nonfinite", what + ": rolled back"); !said) return said;
    return RollBack();
  }
  failed_ = true;
  return SayAlert("nonfinite", fmt::format("{}: the run was stopped{}", what,
                                           on_nonfinite_ == "roll_back"
                                               ? fmt::format(" after {} roll backs", roll_backs_)
                                               : ""));
}

// A model that no batch brings back is not skipped to the end in silence.
Status Experiment::GuardBySkipping(const std::string& what) {
  ++skipped_steps_;
  if (skipped_steps_ == 1) return SayAlert("nonfinite", what + ": the step was skipped");
  if (skipped_steps_ % kMostSkippedSteps != 0) return {};
  paused_ = true;
  steps_allowed_ = 0;
  return SayAlert("nonfinite", fmt::format("{}: {} steps in a row were skipped, the run pauses",
                                           what, skipped_steps_));
}

// Back to the newest checkpoint at half the learning rate; the policy that ordered it stays.
Status Experiment::RollBack() {
  ++roll_backs_;
  failed_step_ = finished_;
  auto loaded = checkpoints_.LoadNewest(*trainer_);
  if (!loaded) return tl::unexpected(loaded.error());
  finished_ = loaded->state.step;
  last_intervention_ = loaded->state.last_intervention;
  repeats_until_ = finished_;
  replays_.clear();
  skipped_steps_ = 0;
  peak_learning_rate_ /= 2;

  Intervention guard;
  guard.request.id = fmt::format("guard-{}-{}", writer_.segment() + 1, finished_);
  guard.request.kind = "learning_rate";
  guard.request.value = peak_learning_rate_;
  guard.request.origin = "guard";
  guard.value_text = ValueText(guard.request);
  guard.step = finished_;
  guard.applied = true;
  guard.time = UnixNow();
  if (auto status = writer_.BeginRollBack(finished_, guard); !status) return status;
  last_intervention_ = writer_.last_intervention();
  settled_.insert(guard.request.id);
  return {};
}

}  // namespace mhc
