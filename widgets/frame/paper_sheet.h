// A figure of line panels for a paper: the legend above, the panels below it, beside one another
// from 120 mm on, above one another with one axis of x below that.
//
// Thread rule: the window's thread. Lengths are in points (1/72 inch).
#pragma once

#include "widgets/frame/figure_heights.h"
#include "widgets/frame/paper_panel.h"

class QPainter;

namespace mhc {

class Look;

FigureHeights HeightsOf(const PaperSheet& sheet, const Look& look, double width);
// Nothing is drawn outside the axes but what belongs there, whatever cuts the painter can do.
void DrawPaperSheet(QPainter& painter, const PaperSheet& sheet, const Look& look,
                    const QRectF& area);

}  // namespace mhc
