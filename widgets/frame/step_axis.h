// An axis of steps. Thread rule: a pure function.
#pragma once

#include <cstdint>

namespace mhc {

// The end of an axis that holds step `last`, at a round number and a little more: it moves now and
// then, not at each step, and is the same in all views of a run.
double StepAxisEnd(std::int64_t last);

}  // namespace mhc
