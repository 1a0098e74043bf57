#include "app/engine/train_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "app/engine/engine_session.h"
#include "core/record/configuration/presets.h"

namespace mhc {
namespace {

struct TrainArguments {
  std::string configuration;          // a file or the name of a preset
  std::string run;                    // "": the default place
  std::vector<std::string> settings;  // KEY=VALUE
  std::optional<std::int64_t> steps;
  bool json = false;
};

Result<Configuration> ReadConfiguration(const TrainArguments& arguments) {
  std::vector<Setting> settings;
  for (const std::string& text : arguments.settings) {
    auto setting = ParseSetting(text);
    if (!setting) return tl::unexpected(setting.error());
    settings.push_back(*std::move(setting));
  }
  if (arguments.steps) settings.push_back({"train.steps", std::to_string(*arguments.steps)});
  return LoadConfiguration(arguments.configuration, settings);
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

// The presets with their sentences, and the keys of a configuration, a line each.
std::string PresetsAndKeys() {
  std::string list = "Presets:\n";
  for (const PresetText& preset : PresetTexts()) {
    list += fmt::format("  {:<11} {}\n", preset.name, PresetSentence(preset));
  }
  list += "\nKeys for --set (defaults in brackets):\n";
  for (const ConfigurationKey& key : ConfigurationKeys()) {
    list += fmt::format("  {} [{}] {} Expects {}.\n", key.declaration.key,
                        ToToml(key.declaration.fallback), key.declaration.text,
                        Expected(key.declaration));
  }
  return list;
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
