// `mhc plan PRESET`: what a model costs before it is trained.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command PlanCommand();

}  // namespace mhc
