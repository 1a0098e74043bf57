// mhc: the command line of mHC Lab. It links neither Qt nor LibTorch and starts in milliseconds.
#include <cstdio>
#include <exception>
#include <new>

#include "app/command_line/command_line.h"
#include "app/mhc/command_table.h"
#include "app/mhc/engine_program.h"
#include "core/formats/legible_text.h"
#include "core/formats/standard_descriptors.h"

int main(int count, char** arguments) {
  mhc::KeepStandardDescriptors();
  try {
    return mhc::RunCommandLine(mhc::Commands(), count, arguments, mhc::BecomeEngine);
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "mhc: out of memory, expected a smaller file\n");
    return mhc::kExitFailed;
  } catch (const std::exception& error) {
    fmt::print(stderr, "mhc: {}\n", mhc::LegibleText(error.what()));
    return mhc::kExitFailed;
  }
}
