// `mhc fork`: a branch of a run.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command ForkCommand();

}  // namespace mhc
