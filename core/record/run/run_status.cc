#include "core/record/run/run_status.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/record/intervention/constraints_after.h"
#include "core/record/run/run_state.h"

namespace mhc {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kRecentSteps = 50;

template <class T>
ordered_json OrNull(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

// Medians, so that a step that shared the machine with something else does not stand for all.
void SetSpeed(const std::vector<StepRecord>& rows, RunStatus& status) {
  std::vector<double> step_ms, total_ms;
  double probe_sum = 0.0, total_sum = 0.0;
  for (const StepRecord& row : rows) {
    const auto step = row.Get("step_ms");
    if (!step) continue;
    const double probe = row.Get("probe_ms").value_or(0.0);
    step_ms.push_back(*step);
    total_ms.push_back(*step + probe + row.Get("record_ms").value_or(0.0));
    probe_sum += probe;
    total_sum += total_ms.back();
  }
  if (step_ms.empty() || total_sum <= 0.0) return;
  status.step_ms = Median(step_ms);
  status.tokens_per_second =
      1e3 * static_cast<double>(status.description.tokens_per_step) / Median(total_ms);
  status.probe_share = probe_sum / total_sum;
}

// By name, one a site, whatever the step.
std::vector<std::string> ConstraintsNow(const Configuration& configuration,
                                        const std::vector<Intervention>& interventions) {
  std::vector<std::string> names;
  constexpr std::int64_t kAnyStep = std::numeric_limits<std::int64_t>::max();
  for (const auto& choice : ConstraintsAfter(configuration, interventions, kAnyStep)) {
    names.push_back(choice.constraint->name);
  }
  return names;
}

// One name where all sites agree, null where there is no site.
ordered_json ConstraintJson(const std::vector<std::string>& names) {
  if (names.empty()) return nullptr;
  const bool same = std::all_of(names.begin(), names.end(),
                                [&](const std::string& name) { return name == names.front(); });
  return same ? ordered_json(names.front()) : ordered_json(names);
}

std::optional<double> Energy(const RunStatus& status) {
  return status.cost ? status.cost->energy : std::nullopt;
}
std::optional<double> EnergyPerToken(const RunStatus& status) {
  return status.cost ? status.cost->energy_per_token : std::nullopt;
}

// Null where the parts were not timed.
ordered_json PartsJson(const std::optional<StepCost>& cost) {
  if (!cost) return nullptr;
  return {{"sublayers", cost->sublayers},
          {"coefficients", OrNull(cost->coefficients)},
          {"constraint", OrNull(cost->constraint)},
          {"apply", cost->apply},
          {"rest", cost->rest}};
}

Status ReadRecord(RecordReader& reader, RunStatus& status) {
  auto description = reader.Description();
  if (!description) return tl::unexpected(description.error());
  status.description = *std::move(description);
  const auto step = reader.LastStep();
  if (!step) return tl::unexpected(step.error());
  status.step = *step;
  const auto rows = reader.Rows(status.step - kRecentSteps + 1, status.step);
  if (!rows) return tl::unexpected(rows.error());
  if (!rows->empty()) status.loss = rows->back().Get("loss");
  SetSpeed(*rows, status);
  status.cost = MedianStepCost(*rows);
  const auto losses = reader.ColumnExtremes("loss");
  if (!losses) return tl::unexpected(losses.error());
  if (losses->finite > 0) status.best_loss = losses->minimum;
  const auto validation = reader.LastValue("validation_loss");
  if (!validation) return tl::unexpected(validation.error());
  status.validation_loss = *validation;
  const auto memory = reader.LastValue("peak_memory");
  if (!memory) return tl::unexpected(memory.error());
  status.peak_memory = *memory;
  return {};
}

Status ReadEvents(RecordReader& reader, RunStatus& status) {
  const auto checkpoints = reader.Checkpoints();
  if (!checkpoints) return tl::unexpected(checkpoints.error());
  for (const CheckpointRow& row : *checkpoints) status.checkpoints.push_back(row.step);
  auto alerts = reader.Alerts();
  if (!alerts) return tl::unexpected(alerts.error());
  status.alerts = *std::move(alerts);
  auto interventions = reader.Interventions();
  if (!interventions) return tl::unexpected(interventions.error());
  status.interventions = *std::move(interventions);
  return {};
}

}  // namespace

Result<RunStatus> ReadRunStatus(const RunFolder& folder) {
  auto reader = RecordReader::Open(folder.record_path());
  if (!reader) return tl::unexpected(reader.error());
  RunStatus status;
  status.run = folder.path().string();
  status.connection = folder.configuration().mixing.connection;
  if (auto read = ReadRecord(*reader, status); !read) return tl::unexpected(read.error());
  if (auto read = ReadEvents(*reader, status); !read) return tl::unexpected(read.error());
  status.constraints = ConstraintsNow(folder.configuration(), status.interventions);
  const auto state = CurrentState(folder, *reader);
  if (!state) return tl::unexpected(state.error());
  status.state = *state;
  return status;
}

Result<RunStatus> ReadRunStatus(const std::filesystem::path& run) {
  const auto folder = RunFolder::Open(run);
  if (!folder) return tl::unexpected(folder.error());
  return ReadRunStatus(*folder);
}

ordered_json ToJson(const Alert& alert) {
  return {{"step", alert.step},
          {"segment", alert.segment},
          {"kind", alert.kind},
          {"text", alert.text},
          {"time", alert.time}};
}

ordered_json ToJson(const CheckpointRow& checkpoint) {
  return {{"step", checkpoint.step},
          {"segment", checkpoint.segment},
          {"reason", checkpoint.reason},
          {"time", checkpoint.time}};
}

ordered_json ToJson(const RunStatus& status) {
  const RunDescription& d = status.description;
  ordered_json json = {{"run", status.run},
                       {"id", d.id},
                       {"name", d.name},
                       {"state", ToText(status.state)},
                       {"step", status.step},
                       {"steps", d.steps},
                       {"loss", OrNull(status.loss)},
                       {"best_loss", OrNull(status.best_loss)},
                       {"validation_loss", OrNull(status.validation_loss)},
                       {"entropy_floor", OrNull(d.entropy_floor)},
                       {"connection", status.connection},
                       {"constraint", ConstraintJson(status.constraints)},
                       {"parameters", d.parameters},
                       {"mixing_parameters", d.mixing_parameters},
                       {"tokens_per_second", OrNull(status.tokens_per_second)},
                       {"step_ms", OrNull(status.step_ms)},
                       {"step_parts_ms", PartsJson(status.cost)},
                       {"peak_memory_mib", OrNull(status.peak_memory)},
                       {"energy_joules", OrNull(Energy(status))},
                       {"energy_joules_per_token", OrNull(EnergyPerToken(status))},
                       {"probe_share", OrNull(status.probe_share)},
                       {"threads", d.threads},
                       {"device", d.device},
                       {"data_files", d.data_files},
                       {"data_tokens", d.data_tokens},
                       {"data_left_out", d.data_left_out}};
  json["parent"] = nullptr;
  if (d.parent) json["parent"] = {{"id", d.parent->id}, {"step", d.parent->step}};
  json["checkpoints"] = status.checkpoints;
  json["alerts"] = ordered_json::array();
  for (const Alert& alert : status.alerts) json["alerts"].push_back(ToJson(alert));
  json["interventions"] = ordered_json::array();
  for (const Intervention& row : status.interventions) json["interventions"].push_back(ToJson(row));
  return json;
}

}  // namespace mhc
