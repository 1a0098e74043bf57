#include "app/engine/resume_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "app/engine/engine_session.h"

namespace mhc {
namespace {

struct ResumeArguments {
  std::string run;
  std::vector<std::string> settings;  // KEY=VALUE
  std::string steps;                  // "": as recorded
  bool json = false;
};

CommandResult Run(const ResumeArguments& arguments) {
  auto settings = ParseSettings(arguments.settings);
  if (!settings) return BadInput(settings.error());
  if (!arguments.steps.empty()) settings->push_back({"train.steps", arguments.steps});
  const auto folder = RunFolder::Open(arguments.run, *settings);
  if (!folder) return BadInput(folder.error());
  return RunExperiment(folder->configuration(), arguments.json, [&](const ExperimentHost& host) {
    return Experiment::Resume(arguments.run, host, *settings);
  });
}

Action DeclareResume(CLI::App& app) {
  const auto arguments = std::make_shared<ResumeArguments>();
  app.add_option("RUN", arguments->run, "Folder of the run")->required();
  app.add_option("--set", arguments->settings,
                 "KEY=VALUE for this once, of threads, mixing.kernels, data.source, train.steps")
      ->allow_extra_args(false);
  app.add_option("--steps", arguments->steps,
                 "Train to this step, a finished run too; a later resume keeps to it");
  AddJsonOption(app, arguments->json);
  app.footer(
      "Goes back to the newest checkpoint and repeats what followed, bit for bit, with the\n"
      "interventions at their steps. With other threads or kernels the last bits may differ, and\n"
      "an alert says so; a data.source that moved must hold what it held. A finished run is "
      "extended\n"
      "by --steps; the learning rate then is that of a schedule of so many.\n\n"
      "Examples:\n  mhc resume runs/hc\n  mhc resume runs/hc --set threads=1\n"
      "  mhc resume runs/hc --steps 4000");
  return [arguments] { return Run(*arguments); };
}

}  // namespace

Command ResumeCommand() {
  return {"resume", "Goes on with a run from its last checkpoint.", DeclareResume};
}

}  // namespace mhc
