// `mhc study`: the runs of a study, trained one after another, and its figures.
#pragma once

#include "app/command_line/command.h"

namespace mhc {

Command StudyCommand();

}  // namespace mhc
