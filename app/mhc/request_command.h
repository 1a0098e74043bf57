// `mhc request RUN KIND=VALUE`: asks a live run for a change and waits for what becomes of it.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command RequestCommand();

}  // namespace mhc
