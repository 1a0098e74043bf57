// A scalar of several runs against the step, on a paper.
//
// Thread rule: the window's thread.
#pragma once

#include <QString>
#include <string>
#include <vector>

#include "widgets/curves/curve_lines.h"
#include "widgets/frame/paper_panel.h"

namespace mhc {

class Look;

// Of what lies behind a line of means: its colour, nearly the paper's.
QPen PalePen(QPen pen, const Look& look);

// `column` as it was measured lies pale behind a line of means, and bands go from the least to the
// most of it, so that no spike is lost. `marked`: whose changes and alerts are shown.
PaperSheet CurveSheet(const std::vector<CurveLine>& lines, const std::string& column,
                      int mean_steps, const RunDocument& marked, const Look& look);

}  // namespace mhc
