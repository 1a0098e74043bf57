#include "app/engine/engine_session.h"

#include <unistd.h>

#include <filesystem>

#include "app/engine/engine_process.h"
#include "app/engine/progress_display.h"
#include "core/plan/thread_choice.h"
#include "core/record/run/program_beside.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;

// The status document is that of `mhc status`, which stands beside the engine. Returns only where
// it cannot be started.
CommandResult BecomeStatus(const fs::path& run) {
  const auto program = ProgramBeside("mhc");
  if (!program) return Failed(program.error());
  std::fflush(nullptr);
  execl(program->c_str(), "mhc", "status", run.c_str(), "--json", nullptr);
  return Failed({fmt::format("{}: cannot be started, expected the command line beside the engine",
                             program->string())});
}

void Announce(const Experiment& experiment, ProgressDisplay& display) {
  const Configuration& c = experiment.folder().configuration();
  const std::string mixing =
      c.SiteCount() == 0 ? "residual"
                         : fmt::format("{} {}", c.mixing.connection, ToText(c.mixing.constraint));
  display.OnMessage(fmt::format("run {}", experiment.folder().path().string()));
  const int threads = at::get_num_threads();
  display.OnMessage(fmt::format("{} blocks, {} channels, {} streams, {}; {} {}", c.model.blocks,
                                c.model.channels, c.StreamCount(), mixing, threads,
                                threads == 1 ? "thread" : "threads"));
  display.OnMessage("data: " + experiment.data().WhatWasRead());
  const std::string& left_out = experiment.data().left_out();
  if (!left_out.empty()) display.OnMessage("data: " + left_out);
}

CommandResult TrainToTheEnd(Experiment& experiment, ProgressDisplay& display) {
  display.OpenLog(experiment.place());
  Announce(experiment, display);
  CatchStopSignals();
  NoteCrashes();
  const auto state = experiment.Run(StopRequested);
  display.Finish();
  const std::string run = experiment.place().PresentPath().string();
  if (!state) return Failed(state.error());
  if (*state == RunState::kFailed) return Failed({run + ": the run failed, see its engine.log"});
  display.OnMessage(*state == RunState::kFinished
                        ? "finished"
                        : fmt::format("stopped; `mhc resume {}` goes on", run));
  return {};
}

}  // namespace

CommandResult RunExperiment(const Configuration& configuration, bool json,
                            const ExperimentStart& start) {
  CatchWarningSignals();
  KeepFilesPrivate();
  const auto device = ChooseDevice(configuration.device);
  if (!device) return BadInput(device.error());
  ProgressDisplay display;
  const ExperimentHost host{.program_version = MHC_VERSION,
                            .threads = SetThreads(ChooseThreads(configuration, PhysicalCores())),
                            .device = *device,
                            .observer = &display};
  fs::path run;
  {
    const auto experiment = start(host);
    if (!experiment) return BadInput(experiment.error());
    if (auto trained = TrainToTheEnd(**experiment, display); !trained) return trained;
    run = (*experiment)->place().PresentPath();
  }
  return json ? BecomeStatus(run) : CommandResult();
}

}  // namespace mhc
