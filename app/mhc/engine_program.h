// The commands that need tensors are done by mhc-engine, which stands beside mhc.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

// Replaces this process (the same id) by mhc-engine with the arguments of this one. Returns only
// where that fails. Thread rule: the main thread, before any other is started.
CommandError BecomeEngine(char** arguments);

// The same for an action that is deep in a command: the arguments are read from the system.
CommandError BecomeEngine();

}  // namespace mhc
