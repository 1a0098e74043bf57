// `mhc simulate`: the random-logit depth study of a constraint.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command SimulateCommand();

}  // namespace mhc
