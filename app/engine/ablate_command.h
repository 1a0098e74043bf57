// `mhc ablate`: what a trained model loses without a stream or without its mixing.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command AblateCommand();

}  // namespace mhc
