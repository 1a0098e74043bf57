#include "core/train/intervention_desk/intervention_effects.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/train/constraint_transfer.h"

namespace mhc {
namespace {

double Distance(const MeanMaps& a, const MeanMaps& b) {
  return (a.res_NN - b.res_NN).norm().item<double>();
}

// The choice with another number of iterations; error where the constraint has none.
Result<ConstraintChoice> WithIterations(ConstraintChoice choice, std::int64_t iterations) {
  const auto status = SetOption(choice, "iterations", Value(iterations));
  if (!status) return tl::unexpected(status.error());
  return choice;
}

// How far the maps of the next step moved, and the maps right before as a snapshot of this step.
void MeasureJump(TrainingRun& run, const SiteMeans& before, SettledRequest& settled) {
  Intervention& intervention = settled.intervention;
  const SiteMeans after = run.MeansOfNextStep();
  double largest = 0.0;
  for (const std::int64_t site : SitesOrAll(intervention.request.sites, run.model())) {
    intervention.matrix_jump_by_site.push_back(Distance(before[site], after[site]));
    largest = LargestOrNan(largest, intervention.matrix_jump_by_site.back());
  }
  intervention.matrix_jump = largest;
  std::vector<at::Tensor> means;
  for (const MeanMaps& site : before) means.push_back(site.res_NN);
  const at::Tensor stacked = torch::stack(means).to(torch::kFloat32).contiguous();
  Snapshot& snapshot = settled.maps_before.emplace(Snapshot{"res_mean", stacked.sizes().vec(), {}});
  snapshot.data.assign(stacked.data_ptr<float>(), stacked.data_ptr<float>() + stacked.numel());
}

Status ChangeTheConstraint(TrainingRun& run, SettledRequest& settled) {
  Intervention& intervention = settled.intervention;
  const InterventionRequest& request = intervention.request;
  auto choice = ParseConstraint(std::get<std::string>(request.value));
  if (!choice) return tl::unexpected(choice.error());
  Decoder& model = run.model();
  if (auto status = CheckConstraintChange(model, request.sites, *choice, request.transfer,
                                          run.configuration().StreamCount());
      !status) {
    return status;
  }
  const SiteMeans before = run.MeansOfNextStep();
  if (auto finite = CheckMeans(model, request.sites, request.transfer, before); !finite) {
    return finite;
  }
  if (auto status = run.SaveCheckpoint("intervention"); !status) return status;
  const ConstraintChange change =
      ChangeConstraint(model, request.sites, *choice, request.transfer, before, run.state.step);
  run.trainer->optimizer().Rebuild();
  intervention.unmatched_by_site = change.unmatched_by_site;
  intervention.unmatched =
      *std::max_element(change.unmatched_by_site.begin(), change.unmatched_by_site.end());
  MeasureJump(run, before, settled);
  return {};
}

Status ChangeTheIterations(TrainingRun& run, SettledRequest& settled) {
  const InterventionRequest& request = settled.intervention.request;
  const std::int64_t iterations = std::get<std::int64_t>(request.value);
  Decoder& model = run.model();
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
  if (auto status = run.SaveCheckpoint("intervention"); !status) return status;
  const SiteMeans before = run.MeansOfNextStep();
  for (std::size_t i = 0; i < sites.size(); ++i) {
    model->sites[sites[i]]->SetConstraintKeepingLogits(choices[i]);
  }
  MeasureJump(run, before, settled);
  return {};
}

Status ChangeTheLearningRate(TrainingRun& run, SettledRequest& settled) {
  if (auto status = run.SaveCheckpoint("intervention"); !status) return status;
  run.state.learning_rate = std::get<double>(settled.intervention.request.value);
  return {};
}

Status ChangeThePolicy(TrainingRun& run, SettledRequest& settled) {
  if (auto status = run.SaveCheckpoint("intervention"); !status) return status;
  run.state.on_nonfinite = std::get<std::string>(settled.intervention.request.value);
  return {};
}

Status Pause(TrainingRun& run, SettledRequest&) {
  run.control.Pause();
  return {};
}

Status GoOn(TrainingRun& run, SettledRequest&) {
  if (!run.control.paused) return Fail("resume: the run is not paused");
  run.control.paused = false;
  run.control.steps_allowed = 0;
  return {};
}

Status AllowSteps(TrainingRun& run, SettledRequest& settled) {
  if (!run.control.paused) return Fail("step: the run is not paused, expected a pause before it");
  run.control.steps_allowed += std::get<std::int64_t>(settled.intervention.request.value);
  return {};
}

Status Save(TrainingRun& run, SettledRequest&) { return run.SaveCheckpoint("request"); }

Status Stop(TrainingRun& run, SettledRequest&) {
  run.control.stop = true;
  return {};
}

using Effect = Status (*)(TrainingRun&, SettledRequest&);

const std::map<std::string_view, Effect>& Effects() {
  static const std::map<std::string_view, Effect> effects = {
      {"constraint", ChangeTheConstraint},
      {"iterations", ChangeTheIterations},
      {"learning_rate", ChangeTheLearningRate},
      {"on_nonfinite", ChangeThePolicy},
      {"pause", Pause},
      {"resume", GoOn},
      {"step", AllowSteps},
      {"checkpoint", Save},
      {"stop", Stop},
  };
  return effects;
}

}  // namespace

bool HasEffect(std::string_view kind) { return Effects().contains(kind); }

SettledRequest ApplyRequest(TrainingRun& run, const InterventionRequest& request) {
  SettledRequest settled;
  Intervention& intervention = settled.intervention;
  intervention.request = request;
  intervention.value_text = ValueText(request);
  intervention.step = run.state.step;
  const auto effect = Effects().find(request.kind);
  const Status done = effect == Effects().end()
                          ? Status(Fail("{}: no such intervention", request.kind))
                          : effect->second(run, settled);
  intervention.applied = done.has_value();
  if (!done) intervention.reason = done.error().message;
  return settled;
}

}  // namespace mhc
