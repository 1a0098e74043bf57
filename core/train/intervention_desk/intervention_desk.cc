#include "core/train/intervention_desk/intervention_desk.h"

#include <algorithm>

#include "core/record/intervention/intervention_text.h"
#include "core/record/record/unix_time.h"

namespace mhc {
namespace {

bool ChangesTraining(const InterventionRequest& request) {
  const InterventionKind* kind = FindInterventionKind(request.kind);
  return kind != nullptr && kind->changes_training;
}

}  // namespace

InterventionDesk::InterventionDesk(TrainingRun& run)
    : run_(run), inbox_(run.lock.folder()), trial_(run.lock.folder()) {
  if (auto planned = PlannedRequests(run.configuration())) planned_ = *std::move(planned);
}

// A record may come from anywhere: what is applied again is checked as a request is.
Status InterventionDesk::CheckRecorded(const Intervention& past) const {
  InterventionRequest request = past.request;
  request.origin = "request";
  const auto checked = ParseRequest(run_.configuration(), request.id, ToJsonText(request));
  if (checked) return {};
  return Fail("{}: the intervention of step {} in its record is none of this run: {}",
              run_.folder.path().string(), past.step, checked.error().message);
}

// Those that the checkpoint does not contain are applied again at their steps.
Result<std::vector<Intervention>> InterventionDesk::Remember(RecordReader& reader,
                                                             std::int64_t furthest) {
  const auto interventions = reader.Interventions();
  if (!interventions) return tl::unexpected(interventions.error());
  const TrainingState& state = run_.state;
  repeats_until_ = furthest;
  trial_.TakeOver();
  std::vector<Intervention> refused;
  for (const Intervention& past : *interventions) {
    settled_.insert(past.request.id);
    if (!past.applied || past.undone || !ChangesTraining(past.request)) continue;
    const bool contained = past.step < state.step ||
                           (past.step == state.step && past.number <= state.last_intervention);
    if (contained) continue;
    if (auto sound = CheckRecorded(past); !sound) return tl::unexpected(sound.error());
    if (const auto reason = trial_.ReasonAgainst(past.request.id)) {
      refused.push_back(past);
      refused.back().applied = false;
      refused.back().reason = *reason;
    } else {
      replays_.push_back(past);
    }
  }
  std::stable_sort(replays_.begin(), replays_.end(),
                   [](const Intervention& a, const Intervention& b) { return a.step < b.step; });
  return refused;
}

Status InterventionDesk::TellOf(const std::vector<Intervention>& refused) {
  for (const Intervention& past : refused) {
    trial_.Pass(past.request.id);
    if (auto said = run_.SayAlert("refused", InterventionText(past)); !said) return said;
  }
  return {};
}

void InterventionDesk::ForgetReplays() {
  repeats_until_ = run_.state.step;
  replays_.clear();
}

Status InterventionDesk::ApplyReplays() {
  while (!replays_.empty() && replays_.front().step <= run_.state.step) {
    const Intervention past = replays_.front();
    replays_.erase(replays_.begin());
    const SettledRequest again = Apply(past.request);
    if (!again.intervention.applied) {
      return Fail("{}: the intervention of step {} cannot be applied again: {}",
                  run_.folder.path().string(), past.step, again.intervention.reason);
    }
    if (again.maps_before) {
      if (auto kept = run_.writer.ReplaceSnapshot(run_.state.step, *again.maps_before); !kept) {
        return kept;
      }
    }
    run_.state.last_intervention = std::max(run_.state.last_intervention, past.number);
  }
  return {};
}

// While single steps are under way the others wait their turn, so that a list of requests is a
// script; and while recorded steps are repeated nothing may change what is being repeated. A pause
// and a stop wait for neither.
bool InterventionDesk::MustWait(const WaitingRequest& waiting) const {
  if (!waiting.request || IsUrgent(waiting)) return false;
  const std::string& kind = waiting.request->kind;
  if (run_.state.step < repeats_until_ && FindInterventionKind(kind)->changes_training) return true;
  return run_.control.steps_allowed > 0;
}

// What is not kept waiting: a pause, a stop, and what is to be refused.
bool InterventionDesk::IsUrgent(const WaitingRequest& waiting) const {
  if (trial_.ReasonAgainst(waiting.taken.id)) return true;
  return waiting.request && (waiting.request->kind == "pause" || waiting.request->kind == "stop");
}

// What cannot be read or taken is told once and looked at again; training goes on.
Status InterventionDesk::Collect() {
  auto taken = inbox_.Take();
  const std::string trouble = taken ? taken->left : taken.error().message;
  const bool is_new = !trouble.empty() && !told_of_inbox_;
  told_of_inbox_ = !trouble.empty();
  if (is_new) {
    if (auto said = run_.SayAlert("inbox", trouble); !said) return said;
  }
  if (!taken) return {};
  for (TakenRequest& request : taken->requests) {
    auto parsed = request.unreadable.empty()
                      ? ParseRequest(run_.configuration(), request.id, request.text)
                      : Result<InterventionRequest>(tl::unexpected(Error{request.unreadable}));
    waiting_.push_back({std::move(request), std::move(parsed)});
  }
  return {};
}

// Those that are due come as if somebody had asked for them now. What a resume repeats is settled
// already.
void InterventionDesk::CollectPlanned() {
  std::erase_if(planned_, [this](const PlannedRequest& planned) {
    if (planned.step > run_.state.step) return false;
    TakenRequest taken;
    taken.id = planned.request.id;
    if (!settled_.contains(taken.id)) waiting_.push_back({std::move(taken), planned.request});
    return true;
  });
}

Status InterventionDesk::TakeRequests() {
  CollectPlanned();
  if (auto collected = Collect(); !collected) return collected;
  bool one_waits_for_repeats = false;
  for (auto it = waiting_.begin(); it != waiting_.end() && !run_.control.stop;) {
    // Behind a request that waits for the end of the repeated steps, the order is kept.
    const bool waits = MustWait(*it) || (one_waits_for_repeats && !IsUrgent(*it));
    if (waits) {
      one_waits_for_repeats = one_waits_for_repeats || run_.state.step < repeats_until_;
      ++it;
      continue;
    }
    const WaitingRequest request = std::move(*it);
    it = waiting_.erase(it);
    if (auto status = Settle(request); !status) return status;
  }
  return {};
}

Status InterventionDesk::Settle(const WaitingRequest& waiting) {
  const TakenRequest& taken = waiting.taken;
  if (settled_.contains(taken.id)) {
    inbox_.Done(taken);
    return {};
  }
  SettledRequest settled;
  Intervention& intervention = settled.intervention;
  const auto against = trial_.ReasonAgainst(taken.id);
  if (waiting.request && !against) {
    settled = Apply(*waiting.request);
  } else {
    intervention = RefusedFor(waiting, against ? *against : waiting.request.error().message);
  }
  intervention.time = UnixNow();
  if (auto noted = run_.NoteParameters(); !noted) return noted;
  if (auto status = run_.writer.AppendIntervention(intervention, settled.maps_before); !status) {
    return status;
  }
  settled_.insert(taken.id);
  // Until the step after is recorded what changes training stays on trial.
  if (!intervention.applied || !ChangesTraining(intervention.request)) trial_.Pass(taken.id);
  if (intervention.applied) run_.state.last_intervention = run_.writer.last_intervention();
  run_.Say(InterventionText(intervention));
  inbox_.Done(taken);
  return {};
}

Intervention InterventionDesk::RefusedFor(const WaitingRequest& waiting,
                                          const std::string& reason) const {
  Intervention refused;
  refused.request.id = waiting.taken.id;
  if (waiting.request) {
    refused.request = *waiting.request;
    refused.value_text = ValueText(*waiting.request);
  }
  refused.step = run_.state.step;
  refused.reason = reason;
  return refused;
}

Status InterventionDesk::RefuseRemaining() {
  if (auto collected = Collect(); !collected) return collected;
  for (const WaitingRequest& waiting : waiting_) {
    if (!settled_.contains(waiting.taken.id)) {
      Intervention refused = RefusedFor(
          waiting,
          fmt::format("the run ended at step {} before the request was taken", run_.state.step));
      refused.time = UnixNow();
      if (auto status = run_.writer.AppendIntervention(refused); !status) return status;
    }
    inbox_.Done(waiting.taken);
  }
  waiting_.clear();
  trial_.Clear();
  return {};
}

SettledRequest InterventionDesk::Apply(const InterventionRequest& request) {
  trial_.Begin(request.id);
  SettledRequest settled = ApplyRequest(run_, request);
  if (settled.maps_before) snapshot_step_ = run_.state.step + 1;
  return settled;
}

}  // namespace mhc
