// `mhc map FILE`: mixing constraints on given logits, with their gradients.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command MapCommand();

}  // namespace mhc
