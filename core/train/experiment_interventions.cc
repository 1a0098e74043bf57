// Interventions at a step boundary: replayed ones, requests of the inbox, and the guard's own.
#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/train/constraint_transfer.h"
#include "core/train/experiment.h"

namespace mhc {
namespace {

constexpr std::int64_t kMostRollBacks = 5;

double UnixNow() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string TextOf(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : ToToml(value);
}

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
    auto applied = Apply(past.request, /*replay=*/true);
    if (!applied) return tl::unexpected(applied.error());
    if (!applied->applied) {
      return Fail("{}: the intervention of step {} cannot be applied again: {}",
                  folder_.path().string(), past.step, applied->reason);
    }
    last_intervention_ = std::max(last_intervention_, past.number);
  }
  return {};
}

bool Experiment::WaitsForSteps(const TakenRequest& taken) const {
  if (steps_allowed_ == 0) return false;
  const auto request = ParseRequest(folder_.configuration(), taken.id, taken.text);
  return request && request->kind != "pause" && request->kind != "stop";
}

Status Experiment::TakeRequests() {
  auto taken = inbox_.Take();
  if (!taken) return tl::unexpected(taken.error());
  waiting_.insert(waiting_.end(), taken->begin(), taken->end());
  // While single steps are under way the others wait their turn, so that a list of requests is a
  // script; a pause or a stop does not.
  for (auto it = waiting_.begin(); it != waiting_.end() && !stop_;) {
    if (WaitsForSteps(*it)) {
      ++it;
      continue;
    }
    const TakenRequest request = *it;
    it = waiting_.erase(it);
    if (auto status = Settle(request); !status) return status;
  }
  return {};
}

Status Experiment::Settle(const TakenRequest& taken) {
  if (settled_.contains(taken.id)) return inbox_.Done(taken);
  Intervention intervention;
  intervention.request.id = taken.id;
  intervention.step = finished_;
  auto request = taken.unreadable.empty()
                     ? ParseRequest(folder_.configuration(), taken.id, taken.text)
                     : Result<InterventionRequest>(tl::unexpected(Error{taken.unreadable}));
  if (!request) {
    intervention.reason = request.error().message;
  } else {
    auto outcome = Apply(*request, /*replay=*/false);
    if (!outcome) return tl::unexpected(outcome.error());
    intervention = std::move(*outcome);
  }
  intervention.time = UnixNow();
  if (auto status = writer_.AppendIntervention(intervention); !status) return status;
  settled_.insert(taken.id);
  if (intervention.applied) last_intervention_ = writer_.last_intervention();
  Say(intervention.applied ? fmt::format("{} {} applied at step {}", intervention.request.kind,
                                         intervention.value_text, finished_)
                           : fmt::format("refused: {}", intervention.reason));
  return inbox_.Done(taken);
}

Status Experiment::RefuseRemainingRequests() {
  auto taken = inbox_.Take();
  if (!taken) return tl::unexpected(taken.error());
  waiting_.insert(waiting_.end(), taken->begin(), taken->end());
  for (const TakenRequest& request : waiting_) {
    if (!settled_.contains(request.id)) {
      Intervention refused;
      refused.request.id = request.id;
      if (auto parsed = ParseRequest(folder_.configuration(), request.id, request.text)) {
        refused.request = *parsed;
        refused.value_text = TextOf(parsed->value);
      }
      refused.step = finished_;
      refused.reason =
          fmt::format("the run ended at step {} before the request was taken", finished_);
      refused.time = UnixNow();
      if (auto status = writer_.AppendIntervention(refused); !status) return status;
    }
    if (auto status = inbox_.Done(request); !status) return status;
  }
  waiting_.clear();
  return {};
}

// The outcome; an error only where disk or record failed. A refusal changes nothing.
Result<Intervention> Experiment::Apply(const InterventionRequest& request, bool replay) {
  Intervention intervention;
  intervention.request = request;
  intervention.value_text = TextOf(request.value);
  intervention.step = finished_;
  Status done;
  if (request.kind == "constraint") {
    done = ApplyConstraint(intervention, replay);
  } else if (request.kind == "iterations") {
    done = ApplyIterations(intervention);
  } else {
    done = ApplyControl(request);
  }
  intervention.applied = done.has_value();
  if (!done) intervention.reason = done.error().message;
  return intervention;
}

Status Experiment::ApplyConstraint(Intervention& intervention, bool replay) {
  const InterventionRequest& request = intervention.request;
  auto choice = ParseConstraint(std::get<std::string>(request.value));
  if (!choice) return tl::unexpected(choice.error());
  Decoder& model = trainer_->model();
  const std::int64_t streams = folder_.configuration().StreamCount();
  if (auto status = CheckConstraintChange(model, request.sites, *choice, request.transfer, streams);
      !status) {
    return status;
  }
  if (!replay) {
    if (auto status = SaveCheckpointNow("intervention"); !status) return status;
  }
  const SiteMeans before = probe_.Means(trainer_->Trace(data_.TrainingBatch(finished_)));
  const ConstraintChange change =
      ChangeConstraint(model, request.sites, *choice, request.transfer, before, finished_);
  trainer_->optimizer().Rebuild();
  trainer_->AdvanceBlends(finished_);
  snapshot_forced_at_ = finished_ + 1;
  intervention.unmatched_by_site = change.unmatched_by_site;
  intervention.unmatched =
      *std::max_element(change.unmatched_by_site.begin(), change.unmatched_by_site.end());
  return RecordJump(intervention, before);
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
  const SiteMeans before = probe_.Means(trainer_->Trace(data_.TrainingBatch(finished_)));
  for (std::size_t i = 0; i < sites.size(); ++i) {
    model->sites[sites[i]]->SetConstraintKeepingLogits(choices[i]);
  }
  snapshot_forced_at_ = finished_ + 1;
  return RecordJump(intervention, before);
}

// How far the maps of the next step moved, and the maps right before as a snapshot of this step.
Status Experiment::RecordJump(Intervention& intervention, const SiteMeans& before) {
  const SiteMeans after = probe_.Means(trainer_->Trace(data_.TrainingBatch(finished_)));
  double largest = 0.0;
  for (const std::int64_t site : SitesOrAll(intervention.request.sites, trainer_->model())) {
    intervention.matrix_jump_by_site.push_back(Distance(before[site], after[site]));
    largest = std::max(largest, intervention.matrix_jump_by_site.back());
  }
  intervention.matrix_jump = largest;
  Snapshot snapshot{"res_mean", {}, {}};
  std::vector<at::Tensor> means;
  for (const MeanMaps& site : before) means.push_back(site.res_NN);
  const at::Tensor stacked = torch::stack(means).to(torch::kFloat32).contiguous();
  snapshot.shape = stacked.sizes().vec();
  snapshot.data.assign(stacked.data_ptr<float>(), stacked.data_ptr<float>() + stacked.numel());
  return writer_.ReplaceSnapshot(finished_, snapshot);
}

Status Experiment::ApplyControl(const InterventionRequest& request) {
  const std::string& kind = request.kind;
  if (kind == "learning_rate" || kind == "on_nonfinite") {
    if (request.origin != "guard") {
      if (auto status = SaveCheckpointNow("intervention"); !status) return status;
    }
    if (kind == "learning_rate") {
      peak_learning_rate_ = std::get<double>(request.value);
    } else {
      on_nonfinite_ = std::get<std::string>(request.value);
    }
    return {};
  }
  if (kind == "checkpoint") return SaveCheckpointNow("request");
  if (kind == "stop") {
    stop_ = true;
  } else if (kind == "pause") {
    paused_ = true;
    steps_allowed_ = 0;
  } else if (kind == "resume") {
    if (!paused_) return Fail("resume: the run is not paused");
    paused_ = false;
    steps_allowed_ = 0;
  } else if (kind == "step") {
    if (!paused_) return Fail("step: the run is not paused, expected a pause before it");
    steps_allowed_ += std::get<std::int64_t>(request.value);
  } else {
    return Fail("{}: no such intervention", kind);
  }
  return {};
}

Status Experiment::GuardNonFinite(const StepOutcome& outcome) {
  const std::string what = fmt::format("loss {} and gradient norm {} at step {}", outcome.loss,
                                       outcome.gradient_norm, finished_);
  const bool first = !last_step_skipped_;
  last_step_skipped_ = true;
  if (on_nonfinite_ == "skip") {
    if (!first) return {};
    Say(fmt::format("{}: the step was skipped", what));
    return writer_.AppendAlert(finished_, "nonfinite", what + ": the step was skipped");
  }
  if (on_nonfinite_ == "roll_back" && roll_backs_ < kMostRollBacks) {
    if (auto status = writer_.AppendAlert(finished_, "nonfinite", what + ": rolled back");
        !status) {
      return status;
    }
    Say(fmt::format("{}: rolled back", what));
    return RollBack();
  }
  failed_ = true;
  const std::string sentence = fmt::format(
      "{}: the run was stopped{}", what,
      on_nonfinite_ == "roll_back" ? fmt::format(" after {} roll backs", roll_backs_) : "");
  Say(sentence);
  return writer_.AppendAlert(finished_, "nonfinite", sentence);
}

Status Experiment::RollBack() {
  ++roll_backs_;
  const double learning_rate = peak_learning_rate_ / 2;
  auto loaded = checkpoints_.LoadNewest(*trainer_);
  if (!loaded) return tl::unexpected(loaded.error());
  const TrainingState& state = loaded->state;
  trainer_->optimizer().Rebuild();
  finished_ = state.step;
  on_nonfinite_ = state.on_nonfinite;
  last_intervention_ = state.last_intervention;
  replays_.clear();
  last_step_skipped_ = false;
  if (auto status = writer_.BeginSegment(finished_, "roll_back"); !status) return status;
  if (auto status = checkpoints_.SetAsideAfter(finished_, writer_.segment()); !status)
    return status;

  InterventionRequest request;
  request.id = fmt::format("guard-{}-{}", writer_.segment(), finished_);
  request.kind = "learning_rate";
  request.value = learning_rate;
  request.origin = "guard";
  auto applied = Apply(request, /*replay=*/false);
  if (!applied) return tl::unexpected(applied.error());
  applied->time = UnixNow();
  if (auto status = writer_.AppendIntervention(*applied); !status) return status;
  last_intervention_ = writer_.last_intervention();
  settled_.insert(request.id);
  return {};
}

}  // namespace mhc
