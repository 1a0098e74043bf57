// `mhc follow RUN`: the record as a stream of JSON lines.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command FollowCommand();

}  // namespace mhc
