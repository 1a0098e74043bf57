// How a QCustomPlot looks in the lab: quiet axes, dotted grid, no frame, numbers as a person writes
// them.
//
// Thread rule: the window's thread.
#pragma once

#include <QString>

class QCustomPlot;
class QCPAxis;

namespace mhc {

class Look;

// Colours, fonts and pens of the look on every axis rect, legend and text; `paper` takes 8 pt type
// and 0.75 pt lines for figures. Does not replot.
void StylePlot(QCustomPlot& plot, const Look& look, bool paper = false);

// Powers of ten as ticks, "10⁻²", with a base-10 scale; or plain numbers on a linear one.
void SetLogarithmic(QCPAxis& axis, bool logarithmic);
// As many ticks on an upright axis as its height has room for, from the next replot on.
void FitTicks(QCPAxis& axis);

}  // namespace mhc
