// mhc: the command line of mHC Lab. It links neither Qt nor LibTorch and starts in milliseconds.
#include <cstdio>
#include <exception>

#include "app/command_line/command_line.h"
#include "app/mhc/command_table.h"
#include "app/mhc/engine_program.h"

int main(int count, char** arguments) {
  try {
    return mhc::RunCommandLine(mhc::Commands(), count, arguments, mhc::BecomeEngine);
  } catch (const std::exception& error) {
    fmt::print(stderr, "mhc: {}\n", error.what());
    return mhc::kExitFailed;
  }
}
