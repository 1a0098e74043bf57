#include "app/engine/training_commands.h"

#include <unistd.h>

#include <filesystem>

#include "app/engine/engine_process.h"
#include "app/engine/progress_display.h"
#include "app/engine/refusal.h"
#include "core/record/presets.h"
#include "core/train/experiment.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;

constexpr int kFailed = 1;

// The status document is that of `mhc status`, which stands beside the engine.
void PrintStatus(const fs::path& run) {
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path() / "mhc";
  std::fflush(nullptr);
  execl(program.c_str(), "mhc", "status", run.c_str(), "--json", nullptr);
  Refuse(Error{fmt::format("{}: cannot be started, expected the command line beside the engine",
                           program.string())});
}

void Announce(const Experiment& experiment, ProgressDisplay& display) {
  const Configuration& c = experiment.folder().configuration();
  const std::string mixing =
      c.SiteCount() == 0 ? "residual"
                         : fmt::format("{} {}", c.mixing.connection, ToText(c.mixing.constraint));
  display.OnMessage(fmt::format("run {}", experiment.folder().path().string()));
  display.OnMessage(fmt::format("{} blocks, {} channels, {} streams, {}; {} threads",
                                c.model.blocks, c.model.channels, c.StreamCount(), mixing,
                                at::get_num_threads()));
}

int RunToTheEnd(Experiment& experiment, ProgressDisplay& display, bool json) {
  const fs::path run = experiment.folder().path();
  display.OpenLog(experiment.folder().log_path());
  Announce(experiment, display);
  CatchStopSignals();
  const auto state = experiment.Run(StopRequested);
  display.Finish();
  if (!state) {
    Refuse(state.error());
    return kFailed;
  }
  display.OnMessage(*state == RunState::kFinished ? "finished"
                    : *state == RunState::kStopped
                        ? fmt::format("stopped; `mhc resume {}` goes on", run.string())
                        : "failed");
  if (*state == RunState::kFailed) return kFailed;
  return json ? -1 : 0;
}

// Runs what `start` gives, and turns whatever a library throws into one sentence.
template <class Start>
int RunExperiment(const Configuration& configuration, bool json, Start start) {
  const auto device = ChooseDevice(configuration.device);
  if (!device) return Refuse(device.error());
  ProgressDisplay display;
  ExperimentHost host;
  host.program_version = MHC_VERSION;
  host.threads = SetThreads(configuration.threads);
  host.device = *device;
  host.observer = &display;
  fs::path run;
  int status = 0;
  {
    Result<std::unique_ptr<Experiment>> experiment = start(host);
    if (!experiment) return Refuse(experiment.error());
    run = (*experiment)->folder().path();
    status = RunToTheEnd(**experiment, display, json);
  }
  if (status >= 0) return status;
  PrintStatus(run);
  return kFailed;
}

}  // namespace

int Train(const TrainArguments& arguments) {
  std::vector<Setting> settings;
  for (const std::string& text : arguments.settings) {
    auto setting = ParseSetting(text);
    if (!setting) return Refuse(setting.error());
    settings.push_back(*setting);
  }
  if (arguments.steps) settings.push_back({"train.steps", std::to_string(*arguments.steps)});
  auto configuration = LoadConfiguration(arguments.configuration, settings);
  if (!configuration) return Refuse(configuration.error());
  const fs::path run =
      arguments.run.empty() ? RunFolder::DefaultPath(configuration->name) : fs::path(arguments.run);
  return RunExperiment(*configuration, arguments.json, [&](const ExperimentHost& host) {
    return Experiment::Start(*configuration, run, host);
  });
}

int Resume(const ResumeArguments& arguments) {
  auto folder = RunFolder::Open(arguments.run);
  if (!folder) return Refuse(folder.error());
  return RunExperiment(folder->configuration(), arguments.json, [&](const ExperimentHost& host) {
    return Experiment::Resume(arguments.run, host);
  });
}

std::string PresetList() {
  std::string list;
  for (const PresetText& preset : PresetTexts()) {
    list += fmt::format("  {:<11} {}\n", preset.name, PresetSentence(preset));
  }
  return list;
}

}  // namespace mhc
