#include "app/engine/resume_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "app/engine/engine_session.h"

namespace mhc {
namespace {

struct ResumeArguments {
  std::string run;
  bool json = false;
};

CommandResult Run(const ResumeArguments& arguments) {
  const auto folder = RunFolder::Open(arguments.run);
  if (!folder) return BadInput(folder.error());
  return RunExperiment(folder->configuration(), arguments.json, [&](const ExperimentHost& host) {
    return Experiment::Resume(arguments.run, host);
  });
}

Action DeclareResume(CLI::App& app) {
  const auto arguments = std::make_shared<ResumeArguments>();
  app.add_option("RUN", arguments->run, "Folder of the run")->required();
  AddJsonOption(app, arguments->json);
  app.footer(
      "Goes back to the newest checkpoint and repeats what followed, bit for bit, with the\n"
      "interventions at their steps.\n\nExample:\n  mhc resume runs/hc");
  return [arguments] { return Run(*arguments); };
}

}  // namespace

Command ResumeCommand() {
  return {"resume", "Goes on with a run from its last checkpoint.", DeclareResume};
}

}  // namespace mhc
