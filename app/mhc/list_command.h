// `mhc list DIR`: the runs in a folder, a row each.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command ListCommand();

}  // namespace mhc
