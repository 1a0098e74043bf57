// `mhc resume`: goes on with a run in this process.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command ResumeCommand();

}  // namespace mhc
