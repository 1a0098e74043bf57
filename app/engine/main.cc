// mhc-engine: the commands that need tensors. `mhc` replaces itself by it; its arguments are the
// same.
#include <CLI/CLI.hpp>

#include <exception>

#include "app/engine/doctor_command.h"
#include "app/engine/engine_process.h"
#include "app/engine/refusal.h"
#include "app/engine/training_commands.h"

namespace {

void AddTrain(CLI::App& app, int* status) {
  auto arguments = std::make_shared<mhc::TrainArguments>();
  CLI::App* train = app.add_subcommand("train", "Start a run and train it.");
  train->add_option("CONFIG", arguments->configuration, "A TOML file or the name of a preset")
      ->required();
  train->add_option("--run", arguments->run,
                    "Folder of the run (default: NAME-DATE in $MHC_RUNS, else in ~/mhc-runs)");
  train->add_option("--set", arguments->settings, "KEY=VALUE over the configuration, any number")
      ->allow_extra_args(false);
  train->add_option("--steps", arguments->steps, "The same as --set train.steps=N");
  train->add_flag("--json", arguments->json, "Print the status as one JSON document at the end");
  train->footer("Presets:\n" + mhc::PresetList() +
                "\nExamples:\n  mhc train default\n"
                "  mhc train tiny --set data.source=book.txt --steps 300\n"
                "  mhc train default --set mixing.connection=hc --run runs/hc");
  train->callback([arguments, status] { *status = mhc::Train(*arguments); });
}

void AddResume(CLI::App& app, int* status) {
  auto arguments = std::make_shared<mhc::ResumeArguments>();
  CLI::App* resume = app.add_subcommand("resume", "Go on with a stopped or interrupted run.");
  resume->add_option("RUN", arguments->run, "Folder of the run")->required();
  resume->add_flag("--json", arguments->json, "Print the status as one JSON document at the end");
  resume->footer(
      "Goes back to the newest checkpoint and repeats what followed, bit for bit, with\n"
      "the interventions at their steps.\n\nExample:\n  mhc resume runs/hc");
  resume->callback([arguments, status] { *status = mhc::Resume(*arguments); });
}

void AddDoctor(CLI::App& app, int* status) {
  auto json = std::make_shared<bool>(false);
  CLI::App* doctor = app.add_subcommand(
      "doctor", "Versions, threads, BLAS, devices, and what is wrong with them.");
  doctor->add_flag("--json", *json, "Print one JSON document");
  doctor->footer("Example:\n  mhc doctor --json");
  doctor->callback([json, status] { *status = mhc::Doctor(*json); });
}

int Run(int argc, char** argv) {
  int status = 0;
  CLI::App app("The training engine of mHC Lab.", "mhc");
  app.require_subcommand(1);
  AddTrain(app, &status);
  AddResume(app, &status);
  AddDoctor(app, &status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    return mhc::Refuse(
        mhc::Error{std::string(error.what()) + "; `mhc --help` lists what there is"});
  }
  return status;
}

// The first line of a library's message, which goes on with a stack trace.
std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

int main(int argc, char** argv) {
  mhc::TuneAllocator();
  try {
    return Run(argc, argv);
  } catch (const std::bad_alloc&) {
    mhc::Refuse(mhc::Error{"out of memory, expected a smaller model, batch or context"});
  } catch (const c10::Error& error) {
    mhc::Refuse(mhc::Error{"LibTorch failed: " + FirstLine(error.what_without_backtrace())});
  } catch (const std::exception& error) {
    mhc::Refuse(mhc::Error{"failed: " + FirstLine(error.what())});
  }
  return 1;
}
