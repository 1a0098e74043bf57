// `mhc matrix FILE`: the diagnostics of given mixing matrices and of their product.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command MatrixCommand();

}  // namespace mhc
