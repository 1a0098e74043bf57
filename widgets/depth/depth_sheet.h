// Curves against depth on a paper. Thread rule: pure.
#pragma once

#include "widgets/depth/depth_picture.h"
#include "widgets/frame/matrix_painting.h"
#include "widgets/frame/paper_panel.h"

namespace mhc {

class Look;

// Entries of the content's legend name the curves of every panel in their order.
PaperSheet SheetOf(const DepthContent& content, const Look& look);

// A matrix as colours between axes with ticks; its first row is the lowest.
PaperSheet MatrixSheet(const MatrixContent& matrix, const QString& x_title, const QString& y_title,
                       const Look& look);

}  // namespace mhc
