#include "app/mhc/compare_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/command_line/terminal.h"
#include "app/command_line/text_table.h"
#include "core/formats/json_text.h"
#include "core/formats/quoted_text.h"
#include "core/record/intervention/intervention_text.h"
#include "core/record/run/run_comparison.h"

namespace mhc {
namespace {

struct CompareArguments {
  std::vector<std::string> runs;
  bool json = false;
};

using Rows = std::vector<std::vector<std::string>>;

std::string NameOf(const RunStatus& run) {
  return Shown(std::filesystem::path(run.run).lexically_normal().filename().string());
}

void AddRow(Rows& rows, const std::string& name, const RunComparison& comparison,
            const std::function<std::string(const RunStatus&)>& text) {
  std::vector<std::string> row = {name};
  for (const RunStatus& run : comparison.runs) row.push_back(text(run));
  rows.push_back(std::move(row));
}

Rows TableOf(const RunComparison& comparison) {
  Rows rows;
  AddRow(rows, "", comparison, NameOf);
  for (const DifferingSetting& setting : comparison.differing) {
    std::vector<std::string> row = {setting.key};
    for (const Value& value : setting.values) row.push_back(Shown(ToToml(value)));
    rows.push_back(std::move(row));
  }
  AddRow(rows, "state", comparison, [](const RunStatus& run) { return ToText(run.state); });
  AddRow(rows, "step", comparison, [](const RunStatus& run) {
    return fmt::format("{}/{}", run.step, run.description.steps);
  });
  if (comparison.step > 0) {
    std::vector<std::string> row = {fmt::format("loss at step {}", comparison.step)};
    for (const auto& loss : comparison.loss_at) row.push_back(OrDash(loss));
    rows.push_back(std::move(row));
  }
  AddRow(rows, "best loss", comparison, [](const RunStatus& run) { return OrDash(run.best_loss); });
  AddRow(rows, "validation loss", comparison,
         [](const RunStatus& run) { return OrDash(run.validation_loss); });
  AddRow(rows, "parameters", comparison,
         [](const RunStatus& run) { return fmt::to_string(run.description.parameters); });
  AddRow(rows, "step ms", comparison, [](const RunStatus& run) { return OrDash(run.step_ms); });
  AddRow(rows, "tokens per second", comparison,
         [](const RunStatus& run) { return OrDash(run.tokens_per_second); });
  AddRow(rows, "peak memory MiB", comparison,
         [](const RunStatus& run) { return OrDash(run.peak_memory); });
  AddRow(rows, "energy J a token", comparison, [](const RunStatus& run) {
    const auto joules = run.cost ? run.cost->energy_per_token : std::nullopt;
    return joules ? ShortNumber(*joules) : "not told";
  });
  AddRow(rows, "interventions", comparison,
         [](const RunStatus& run) { return fmt::to_string(run.interventions.size()); });
  return rows;
}

// What each branch was told that the others were not.
std::string InterventionsSince(const RunComparison& comparison) {
  std::string text;
  for (const RunStatus& run : comparison.runs) {
    for (const Intervention& intervention : run.interventions) {
      const bool counts = intervention.applied && intervention.step >= *comparison.fork_step;
      if (counts) text += NameOf(run) + ": " + Shown(InterventionText(intervention)) + '\n';
    }
  }
  return text;
}

CommandResult Run(const CompareArguments& arguments) {
  const std::vector<std::filesystem::path> runs(arguments.runs.begin(), arguments.runs.end());
  const auto comparison = CompareRuns(runs);
  if (!comparison) return BadInput(comparison.error());
  if (arguments.json) return PrintDocument(DumpJson(ToJson(*comparison)));
  std::string text = TableForOutput(TableOf(*comparison), TableHead::kFirstRow);
  if (comparison->fork_step) {
    text += fmt::format("the same run up to step {}\n", *comparison->fork_step) +
            InterventionsSince(*comparison);
  }
  return Print(text);
}

Action DeclareCompare(CLI::App& app) {
  const auto arguments = std::make_shared<CompareArguments>();
  app.add_option("RUN", arguments->runs, "Folders of two runs or more")
      ->required()
      ->expected(2, -1);
  AddJsonOption(app, arguments->json);
  app.footer(
      "Shows only the settings that differ. Of branches of one run it says up to which step they\n"
      "are the same.\n\nExamples:\n  mhc compare runs/mhc runs/hc\n"
      "  mhc compare runs/hc runs/held --json | jq .loss_gap");
  return [arguments] { return Run(*arguments); };
}

}  // namespace

Command CompareCommand() {
  return {"compare", "Runs beside each other, and only the settings that differ.", DeclareCompare};
}

}  // namespace mhc
