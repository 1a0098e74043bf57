// How many threads a run takes where nobody says: a function of the configuration and the machine
// alone, so that it can be recorded and kept.
#pragma once

#include "core/record/configuration/configuration.h"

namespace mhc {

// `threads` of the configuration; where that is 0, one for each billion floating-point operations
// of a step, at least one and at most `cores`, the machine's physical cores. A smaller share of a
// step is done before the others have been woken for theirs. Thread rule: pure.
std::int64_t ChooseThreads(const Configuration& configuration, std::int64_t cores);

// The physical cores that this process may run on, at least one. Thread rule: any thread.
std::int64_t PhysicalCores();

}  // namespace mhc
