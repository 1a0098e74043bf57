// mhc-engine: the commands that need tensors. `mhc` replaces itself by it; its arguments are the
// same.
#include <cstdio>
#include <exception>
#include <new>

#include "app/command_line/command_line.h"
#include "app/engine/ablate_command.h"
#include "app/engine/bench_command.h"
#include "app/engine/doctor_command.h"
#include "app/engine/engine_process.h"
#include "app/engine/reference_site_command.h"
#include "app/engine/resume_command.h"
#include "app/engine/train_command.h"
#include "core/formats/legible_text.h"
#include "core/formats/standard_descriptors.h"

namespace {

int Run(int count, char** arguments) {
  const mhc::Command commands[] = {mhc::TrainCommand(),  mhc::ResumeCommand(),
                                   mhc::AblateCommand(), mhc::ReferenceSiteCommand(),
                                   mhc::BenchCommand(),  mhc::DoctorCommand()};
  return mhc::RunCommandLine(commands, count, arguments, nullptr);
}

// The first line of a library's message, which goes on with a stack trace.
int Fail(const std::string& what, const std::string& text) {
  const std::string line = what + text.substr(0, text.find('\n'));
  fmt::print(stderr, "mhc: {}\n", mhc::LegibleText(line));
  return mhc::kExitFailed;
}

}  // namespace

int main(int count, char** arguments) {
  mhc::KeepStandardDescriptors();
  mhc::IgnoreWriteSignals();
  mhc::TuneAllocator();
  try {
    return Run(count, arguments);
  } catch (const std::bad_alloc&) {
    return Fail("out of memory, expected a smaller model, batch or context", "");
  } catch (const c10::Error& error) {
    return Fail("LibTorch failed: ", error.what_without_backtrace());
  } catch (const std::exception& error) {
    return Fail("failed: ", error.what());
  }
}
