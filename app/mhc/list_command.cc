#include "app/mhc/list_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/command_line/terminal.h"
#include "app/command_line/text_table.h"
#include "core/formats/json_text.h"
#include "core/formats/quoted_text.h"
#include "core/record/run/run_status.h"

namespace mhc {
namespace {

using nlohmann::ordered_json;

struct ListOptions {
  std::string folder;
  bool given = false;  // else it is where runs go by default
  bool json = false;
};

std::vector<std::string> Row(const RunStatus& s) {
  std::string constraint = s.constraints.empty() ? "-" : s.constraints.front();
  for (const std::string& name : s.constraints) {
    if (name != s.constraints.front()) constraint = "mixed";
  }
  return {Shown(std::filesystem::path(s.run).filename().string()),
          ToText(s.state),
          fmt::format("{}/{}", s.step, s.description.steps),
          OrDash(s.loss),
          OrDash(s.best_loss),
          OrDash(s.validation_loss),
          s.connection,
          constraint,
          OrDash(s.tokens_per_second)};
}

// A run that cannot be read is a row of its own: one damaged folder hides no other.
CommandResult Run(const ListOptions& options) {
  std::error_code error;
  const bool none_yet = !options.given && !std::filesystem::exists(options.folder, error);
  using Paths = std::vector<std::filesystem::path>;
  const Result<Paths> runs = none_yet ? Result<Paths>(Paths()) : FindRuns(options.folder);
  if (!runs) return BadInput(runs.error());
  ordered_json list = ordered_json::array();
  std::vector<std::vector<std::string>> rows = {{"run", "state", "step", "loss", "best",
                                                 "validation", "connection", "constraint",
                                                 "tokens/s"}};
  std::string unreadable;
  for (const std::filesystem::path& run : *runs) {
    const Result<RunStatus> status = ReadRunStatus(run);
    if (status) {
      list.push_back(ToJson(*status));
      rows.push_back(Row(*status));
    } else {
      list.push_back({{"run", run.string()}, {"error", status.error().message}});
      unreadable += "unreadable: " + Shown(status.error().message) + '\n';
    }
  }
  if (options.json) return PrintDocument(DumpJson({{"runs", list}}));
  if (runs->empty()) return Print(fmt::format("{}: no runs\n", options.folder));
  return Print((rows.size() > 1 ? TableForOutput(rows, TableHead::kFirstRow) : "") + unreadable);
}

Action DeclareList(CLI::App& app) {
  const auto options = std::make_shared<ListOptions>();
  app.add_option("DIR", options->folder, "A folder of runs (default: $MHC_RUNS, else ~/mhc-runs)");
  AddJsonOption(app, options->json);
  app.footer("Examples:\n  mhc list\n  mhc list runs --json | jq '.runs[].validation_loss'");
  return [options] {
    options->given = !options->folder.empty();
    if (!options->given) {
      options->folder = RunFolder::DefaultPath("any").parent_path().string();
    }
    return Run(*options);
  };
}

}  // namespace

Command ListCommand() { return {"list", "The runs in a folder, a row each.", DeclareList}; }

}  // namespace mhc
