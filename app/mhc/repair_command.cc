#include "app/mhc/repair_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/formats/json_text.h"
#include "core/formats/quoted_text.h"
#include "core/record/run/run_repair.h"

namespace mhc {
namespace {

struct RepairArguments {
  std::string run;
  bool only_look = false, json = false;
};

CommandResult Run(const RepairArguments& arguments) {
  const auto report = RepairRun(arguments.run, arguments.only_look);
  if (!report) return BadInput(report.error());
  if (arguments.json) {
    return PrintDocument(DumpJson(
        {{"problems", report->problems}, {"repaired", report->repaired}, {"kept", report->kept}}));
  }
  std::string text;
  for (const std::string& problem : report->problems) text += "problem: " + Shown(problem) + '\n';
  for (const std::string& repaired : report->repaired) {
    text += "repaired: " + Shown(repaired) + '\n';
  }
  if (report->problems.empty()) text = "all is well\n";
  return Print(text + fmt::format("{} {} as they were saved\n", report->kept.size(),
                                  report->kept.size() == 1 ? "checkpoint" : "checkpoints"));
}

Action DeclareRepair(CLI::App& app) {
  const auto arguments = std::make_shared<RepairArguments>();
  app.add_option("RUN", arguments->run, "Folder of the run, without an engine")->required();
  app.add_flag("--look", arguments->only_look, "Change nothing; a live run may be looked at too");
  AddJsonOption(app, arguments->json);
  app.footer(
      "Reads every page of the record and every file of every checkpoint. A damaged checkpoint is\n"
      "set aside (....damaged), a save that did not end is removed, rows and folders that do not\n"
      "know each other are brought together, the record's index is folded again from its rows.\n"
      "Nothing else is changed or removed.\n\nExamples:\n"
      "  mhc repair runs/hc --look\n  mhc repair runs/hc --json | jq .problems");
  return [arguments] { return Run(*arguments); };
}

}  // namespace

Command RepairCommand() {
  return {"repair", "Looks a run over for damage, and mends what loses nothing.", DeclareRepair};
}

}  // namespace mhc
