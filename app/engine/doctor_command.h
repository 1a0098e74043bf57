// `mhc doctor`: what this machine and this LibTorch are, and what is wrong with them.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

// The command exits with 1 where there are problems.
Command DoctorCommand();

}  // namespace mhc
