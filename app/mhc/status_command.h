// `mhc status RUN`: what stands in a run's record.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command StatusCommand();

}  // namespace mhc
