// `mhc site` with the oracle; with other kernels it becomes mhc-engine.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command OracleSiteCommand();

}  // namespace mhc
