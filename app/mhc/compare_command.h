// `mhc compare`: runs beside each other.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command CompareCommand();

}  // namespace mhc
