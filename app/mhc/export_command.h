// `mhc export RUN`: the record's curves and matrices for other programs.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command ExportCommand();

}  // namespace mhc
