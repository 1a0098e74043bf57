// `mhc bench --sweep`: how step time, memory and the mixing's share grow on this machine.
#pragma once

#include <cstdint>

#include "app/command_line/command.h"
#include "core/record/configuration/configuration.h"

namespace mhc {

// Measures the grid around `configuration`, keeps it where `mhc plan` finds it, and prints it
// beside its fit. `threads` 0: one, and every core.
CommandResult SweepMachine(const Configuration& configuration, std::int64_t steps, bool json);

}  // namespace mhc
