#include "app/mhc/status_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/command_line/terminal.h"
#include "app/command_line/text_table.h"
#include "core/formats/json_text.h"
#include "core/formats/quoted_text.h"
#include "core/record/configuration/data_source.h"
#include "core/record/intervention/intervention_text.h"
#include "core/record/run/run_status.h"

namespace mhc {
namespace {

struct StatusOptions {
  std::string run;
  bool json = false;
};

std::string ConstraintText(const std::vector<std::string>& names) {
  if (names.empty()) return "none";
  std::string text;
  for (std::size_t first = 0; first < names.size();) {
    std::size_t last = first;
    while (last + 1 < names.size() && names[last + 1] == names[first]) ++last;
    if (first == 0 && last + 1 == names.size()) return names[first];
    text += fmt::format("{}{} at sites {}-{}", text.empty() ? "" : ", ", names[first], first, last);
    first = last + 1;
  }
  return text;
}

std::string Place(const RunStatus& status) {
  return fmt::format("{} {}, step {} of {}", Shown(status.run), ToText(status.state), status.step,
                     status.description.steps);
}

std::string EnergyText(std::optional<double> joules) {
  return joules ? ShortNumber(*joules) : "not told by the system";
}

std::string Text(const RunStatus& s) {
  const RunDescription& d = s.description;
  std::vector<std::vector<std::string>> rows = {
      {"loss", OrDash(s.loss)},
      {"best loss", OrDash(s.best_loss)},
      {"validation loss", OrDash(s.validation_loss)},
      {"connection", s.connection},
      {"constraint", ConstraintText(s.constraints)},
      {"parameters", fmt::to_string(d.parameters)},
      {"mixing parameters", fmt::to_string(d.mixing_parameters)},
      {"tokens per second", OrDash(s.tokens_per_second)},
      {"step ms", OrDash(s.step_ms)},
      {"  sublayers ms", OrDash(s.cost ? std::optional(s.cost->sublayers) : std::nullopt)},
      {"  coefficients ms", OrDash(s.cost ? s.cost->coefficients : std::nullopt)},
      {"  constraint ms", OrDash(s.cost ? s.cost->constraint : std::nullopt)},
      {"  read, write, mix ms", OrDash(s.cost ? std::optional(s.cost->apply) : std::nullopt)},
      {"  rest ms", OrDash(s.cost ? std::optional(s.cost->rest) : std::nullopt)},
      {"peak memory MiB", OrDash(s.peak_memory)},
      {"energy J a step", EnergyText(s.cost ? s.cost->energy : std::nullopt)},
      {"energy J a token", EnergyText(s.cost ? s.cost->energy_per_token : std::nullopt)},
      {"probe share %", OrDash(s.probe_share, 100.0)},
      {"threads", fmt::to_string(d.threads)},
      {"device", Shown(d.device)},
      {"data", d.data_tokens > 0 ? ReadDataText(d.data_files, d.data_tokens) : "-"},
      {"checkpoints", fmt::format("{}", fmt::join(s.checkpoints, " "))}};
  if (d.entropy_floor) rows.push_back({"entropy floor", ShortNumber(*d.entropy_floor)});
  if (d.parent) {
    rows.push_back(
        {"branched from", fmt::format("{} at step {}", Shown(d.parent->id), d.parent->step)});
  }
  std::string text = Place(s) + '\n' + TableForOutput(rows, TableHead::kNone);
  for (const Intervention& row : s.interventions) text += Shown(InterventionText(row)) + '\n';
  for (const Alert& alert : s.alerts) {
    text += fmt::format("alert at step {}: {}\n", alert.step, Shown(alert.text));
  }
  return text;
}

CommandResult Run(const StatusOptions& options) {
  const Result<RunStatus> status = ReadRunStatus(options.run);
  if (!status) return BadInput(status.error());
  return options.json ? PrintDocument(DumpJson(ToJson(*status))) : Print(Text(*status));
}

Action DeclareStatus(CLI::App& app) {
  const auto options = std::make_shared<StatusOptions>();
  app.add_option("RUN", options->run, "Folder of the run")->required();
  AddJsonOption(app, options->json);
  app.footer(
      "Reads the record only, whether an engine writes it or not.\n\nExamples:\n"
      "  mhc status runs/hc\n"
      "  mhc status runs/hc --json | jq .validation_loss");
  return [options] { return Run(*options); };
}

}  // namespace

Command StatusCommand() {
  return {"status", "Says where a run stands: losses, speed, interventions, alerts.",
          DeclareStatus};
}

}  // namespace mhc
