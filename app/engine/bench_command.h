// `mhc bench`: what training steps cost on this machine, by model, part and kernel.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command BenchCommand();

}  // namespace mhc
