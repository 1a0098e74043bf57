#include "app/engine/train_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "app/engine/engine_session.h"
#include "core/record/configuration/presets.h"

namespace mhc {
namespace {

struct TrainArguments {
  std::string configuration;          // a file or the name of a preset
  std::string run;                    // "": the default place
  std::vector<std::string> settings;  // KEY=VALUE
  std::string steps;                  // "": as configured
  bool json = false;
};

Result<Configuration> ReadConfiguration(const TrainArguments& arguments) {
  auto settings = ParseSettings(arguments.settings);
  if (!settings) return tl::unexpected(settings.error());
  if (!arguments.steps.empty()) settings->push_back({"train.steps", arguments.steps});
  return LoadConfiguration(arguments.configuration, *settings);
}

CommandResult Run(const TrainArguments& arguments) {
  const Result<Configuration> configuration = ReadConfiguration(arguments);
  if (!configuration) return BadInput(configuration.error());
  const std::filesystem::path run = arguments.run.empty()
                                        ? RunFolder::DefaultPath(configuration->name)
                                        : std::filesystem::path(arguments.run);
  return RunExperiment(*configuration, arguments.json, [&](const ExperimentHost& host) {
    return Experiment::Start(*configuration, run, host);
  });
}

std::string KeyLine(const std::string& indent, const std::string& key, const Declaration& d) {
  return fmt::format("{}{} [{}] {} Expects {}.\n", indent, key, ToToml(d.fallback), d.text,
                     Expected(d));
}

// The constraints with their sentences and, below each, its options.
std::string Constraints() {
  std::string list =
      "\nConstraints for mixing.constraint, each with its options; mixing.constraint=sinkhorn:"
      "iterations=5\nsays the same as mixing.iterations=5 beside it:\n";
  for (const MixingConstraint& constraint : MixingConstraints()) {
    list += fmt::format("  {}  {}\n", constraint.name, constraint.text);
    for (const Declaration& option : constraint.options) {
      list += KeyLine("    ", "mixing." + option.key, option);
    }
  }
  return list;
}

// The presets with their sentences, and the keys of a configuration, a line each.
std::string PresetsAndKeys() {
  std::string list = "Presets:\n";
  for (const PresetText& preset : PresetTexts()) {
    list += fmt::format("  {:<11} {}\n", preset.name, PresetSentence(preset));
  }
  list += "\nKeys for --set (defaults in brackets):\n";
  for (const ConfigurationKey& key : ConfigurationKeys()) {
    list += KeyLine("  ", key.declaration.key, key.declaration);
  }
  return list + Constraints();
}

Action DeclareTrain(CLI::App& app) {
  const auto arguments = std::make_shared<TrainArguments>();
  app.add_option("CONFIG", arguments->configuration, "A TOML file or the name of a preset")
      ->required();
  app.add_option("--run", arguments->run,
                 "Folder of the run (default: NAME-DATE in $MHC_RUNS, else in ~/mhc-runs)");
  app.add_option("--set", arguments->settings, "KEY=VALUE over the configuration, any number")
      ->allow_extra_args(false);
  app.add_option("--steps", arguments->steps, "The same as --set train.steps=N");
  AddJsonOption(app, arguments->json);
  app.footer(PresetsAndKeys() +
             "\nExamples:\n  mhc train default\n"
             "  mhc train tiny --set data.source=book.txt --steps 300\n"
             "  mhc train default --set mixing.connection=hc --run runs/hc\n"
             "  mhc train default --set mixing.constraint=sinkhorn:iterations=5");
  return [arguments] { return Run(*arguments); };
}

}  // namespace

Command TrainCommand() {
  return {"train", "Starts a run of a configuration file or a preset.", DeclareTrain};
}

}  // namespace mhc
