#include "app/engine/bench_command.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/engine/bench_report.h"
#include "app/engine/engine_process.h"
#include "app/engine/peer_program.h"
#include "app/engine/sweep.h"
#include "core/formats/json_text.h"
#include "core/formats/number_text.h"
#include "core/model/kernels/site_kernels.h"
#include "core/plan/thread_choice.h"

namespace mhc {
namespace {

struct BenchArguments {
  std::string configuration = "bench";  // a file or the name of a preset
  std::vector<std::string> settings;    // KEY=VALUE
  StepBenchSettings bench;
  std::optional<std::string> peer;
  bool avx2 = false;
  bool all = false;
  bool sweep = false;
  bool json = false;
};

// On generated text, whatever the preset names, unless a setting asks for another.
Result<Configuration> ReadConfiguration(const BenchArguments& arguments) {
  auto settings = ParseSettings(arguments.settings);
  if (!settings) return tl::unexpected(settings.error());
  settings->insert(settings->begin(), {"data.source", "arithmetic"});
  return LoadConfiguration(arguments.configuration, *settings);
}

// Each of them looks before its first operation.
void KeepEveryLibraryToAvx2() {
  kernels::KeepToAvx2();
  for (const auto& [name, value] :
       {std::pair("ATEN_CPU_CAPABILITY", "avx2"), std::pair("MKL_ENABLE_INSTRUCTIONS", "AVX2"),
        std::pair("ONEDNN_MAX_CPU_ISA", "AVX2")}) {
    setenv(name, value, /*overwrite=*/1);
  }
}

CommandResult Run(const BenchArguments& arguments) {
  if (arguments.avx2) KeepEveryLibraryToAvx2();
  const auto configuration = ReadConfiguration(arguments);
  if (!configuration) return BadInput(configuration.error());
  if (arguments.sweep) {
    return SweepMachine(*configuration, arguments.bench.steps, arguments.json);
  }
  const auto models = BenchModels(*configuration, arguments.all);
  if (!models) return BadInput(models.error());
  const auto device = ChooseDevice(configuration->device);
  if (!device) return BadInput(device.error());
  const auto data = TokenData::Load(*configuration);
  if (!data) return BadInput(data.error());

  StepBenchSettings settings = arguments.bench;
  if (arguments.peer) {
    settings.peer = [&arguments] { return PeerStepMs(*arguments.peer); };
  }
  const std::int64_t threads = SetThreads(ChooseThreads(*configuration, PhysicalCores()));
  auto steps = TimeSteps(*models, *data, *device, settings);
  if (!steps) return Failed(steps.error());
  const BenchReport report = {.configuration = *configuration,
                              .device = device->str(),
                              .threads = threads,
                              .settings = settings,
                              .steps = *std::move(steps),
                              .site = TimeSite(*configuration, *device)};
  return arguments.json ? PrintDocument(DumpJson(BenchJson(report))) : Print(BenchText(report));
}

void DeclareOptions(CLI::App& app, BenchArguments& arguments) {
  app.add_option("PRESET", arguments.configuration,
                 "The name of a preset or a TOML file, with mixing.connection=mhc (bench)");
  app.add_option("--set", arguments.settings, "KEY=VALUE over the configuration, any number")
      ->allow_extra_args(false);
  const auto count = CLI::Range(std::int64_t{1}, std::int64_t{1'000'000});
  app.add_option("--rounds", arguments.bench.rounds, "Rounds, in which the models take turns (7)")
      ->transform(WholeNumberText)
      ->check(count);
  app.add_option("--steps", arguments.bench.steps, "Timed steps of each model in a round (3)")
      ->transform(WholeNumberText)
      ->check(count);
  app.add_flag(
      "--avx2", arguments.avx2,
      "Without AVX-512: kernels, LibTorch, MKL and oneDNN as on a processor that lacks it");
  app.add_flag("--all", arguments.all, "Every constraint that allows the streams, too");
  app.add_flag("--sweep", arguments.sweep,
               "In place of all that: step time over a grid of sizes and threads, kept for `mhc "
               "plan`; --steps of each point");
  app.add_option("--peer", arguments.peer,
                 "A command for /bin/sh, run once a round, that prints its own step time as "
                 "\"step_ms X\": the last one counts");
  AddJsonOption(app, arguments.json);
}

Action DeclareBench(CLI::App& app) {
  const auto arguments = std::make_shared<BenchArguments>();
  DeclareOptions(app, *arguments);
  app.footer(
      "Trains the models side by side on generated text, round by round, after two steps of each\n"
      "that are not timed; all of them are held in memory. Every number is a median. Run it on a\n"
      "quiet machine.\n\n"
      "  plain          one residual stream (mixing.connection=residual)\n"
      "  hc             unconstrained hyper-connections, fused kernels\n"
      "  mhc            as configured, fused kernels\n"
      "  mhc_reference  the same by LibTorch's operations and autograd\n\n"
      "  parts    where a step goes, forward and backward, of one more step a round, which\n"
      "           step_ms leaves out\n"
      "  site     the first site of mhc alone, forward and backward, on random streams\n"
      "  machine  a float32 product of 1024 x 1024 matrices, and a copy of 64 MiB, with as many\n"
      "           threads; the roofline is the time that the site's operations or its bytes need\n"
      "           at these, whichever is more, and its share that time over the fused site's\n"
      "  probe    the scalars that a run measures at a step, over that step\n"
      "  record   their row's transaction in a record below $TMPDIR, over a step\n\n"
      "With --json, what could not be measured is null, and `left_out` has the reason.\n\n"
      "Examples:\n  mhc bench\n"
      "  mhc bench --all --json | jq .ratio_over_plain\n"
      "  mhc bench --set threads=1 --rounds 3\n"
      "  mhc bench --sweep\n"
      "  mhc bench --peer 'python3 peer.py'");
  return [arguments] { return Run(*arguments); };
}

}  // namespace

Command BenchCommand() {
  return {"bench", "Times training steps by model, part and kernel on this machine.", DeclareBench};
}

}  // namespace mhc
