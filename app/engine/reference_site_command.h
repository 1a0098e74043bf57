// `mhc site` with the training core's own operations.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command ReferenceSiteCommand();

}  // namespace mhc
