// A QCustomPlot drawn by any painter: a page, a vector file or an image.
//
// Thread rule: the window's thread.
#pragma once

class QCustomPlot;
class QPainter;

namespace mhc {

// Lays the plot out at width × height and draws it to 0,0 of the painter's own coordinates, lines
// and type included; fonts must have pixel sizes (StylePlot for paper gives them). Does not change
// the plot.
void DrawPlot(QCustomPlot& plot, QPainter& painter, double width, double height);

}  // namespace mhc
