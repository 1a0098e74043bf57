// `mhc repair`: a run folder looked over and mended.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command RepairCommand();

}  // namespace mhc
