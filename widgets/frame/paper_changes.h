// What changed a run's training, for a figure whose x axis is the step.
//
// Thread rule: the window's thread.
#pragma once

#include <vector>

#include "widgets/frame/paper_panel.h"

namespace mhc {

class Look;
class RunDocument;

// "step 812: → unconstrained", in the order of their steps.
std::vector<PaperChange> ChangesOf(const RunDocument& run);
// Triangles at the head of the axes.
PaperMarks AlertsOf(const RunDocument& run, const Look& look);

}  // namespace mhc
