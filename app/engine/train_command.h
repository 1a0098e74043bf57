// `mhc train`: starts a run and trains it in this process.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command TrainCommand();

}  // namespace mhc
