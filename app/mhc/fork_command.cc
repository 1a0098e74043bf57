#include "app/mhc/fork_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/formats/json_text.h"
#include "core/formats/quoted_text.h"
#include "core/record/run/branch.h"
#include "core/record/run/run_status.h"

namespace mhc {
namespace {

struct ForkArguments {
  std::string run, branch;
  std::int64_t step = 0;
  std::vector<std::string> settings;  // KEY=VALUE
  bool json = false;
};

CommandResult Run(const ForkArguments& arguments) {
  const auto settings = ParseSettings(arguments.settings);
  if (!settings) return BadInput(settings.error());
  const auto branch = MakeBranch({arguments.run, arguments.step, arguments.branch, *settings});
  if (!branch) return BadInput(branch.error());
  const auto status = ReadRunStatus(*branch);
  if (!status) return Failed(status.error());
  if (arguments.json) return PrintDocument(DumpJson(ToJson(*status)));
  return Print(fmt::format("{} branched from {} at step {}; `mhc resume {}` trains it\n",
                           Shown(status->run), Shown(arguments.run), arguments.step,
                           Shown(status->run)));
}

Action DeclareFork(CLI::App& app) {
  const auto arguments = std::make_shared<ForkArguments>();
  app.add_option("RUN", arguments->run, "Folder of the run, live or not")->required();
  app.add_option("--at", arguments->step, "Step of a checkpoint")->required();
  app.add_option("--run", arguments->branch, "Folder of the branch")->required();
  app.add_option("--set", arguments->settings, "KEY=VALUE that differs from there on, any number")
      ->allow_extra_args(false);
  AddJsonOption(app, arguments->json);
  app.footer(
      "The branch has the run's record up to the step, and its checkpoint; it trains nothing\n"
      "yet. Where nothing differs it repeats the run bit for bit. mixing.constraint,\n"
      "mixing.iterations, train.learning_rate and train.on_nonfinite are applied at the fork as\n"
      "interventions; what came after the step in RUN, its interventions included, is not in the\n"
      "branch.\n\nExamples:\n"
      "  mhc fork runs/hc --at 400 --run runs/held --set mixing.constraint=sinkhorn\n"
      "  mhc fork runs/hc --at 400 --run runs/long --set train.steps=4000 && mhc resume runs/long");
  return [arguments] { return Run(*arguments); };
}

}  // namespace

Command ForkCommand() {
  return {"fork", "Branches a run at a checkpoint: the same up to there, then on its own.",
          DeclareFork};
}

}  // namespace mhc
