// All commands of `mhc`.
#pragma once

#include <span>

#include "app/command_line/command.h"

namespace mhc {

// In the order in which they are listed.
std::span<const Command> Commands();

}  // namespace mhc
