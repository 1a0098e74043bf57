// An axis of steps: whole numbers.
//
// Thread rule: the window's thread.
#pragma once

#include <cstdint>

class QCPAxis;

namespace mhc {

// The end of an axis that holds step `last`, at a round number and a little more: it moves now and
// then, not at each step, and is the same in all views of a run.
double StepAxisEnd(std::int64_t last);
// Ticks at whole numbers only, their thousands parted. Before or after StylePlot().
void MakeStepAxis(QCPAxis& axis);

}  // namespace mhc
