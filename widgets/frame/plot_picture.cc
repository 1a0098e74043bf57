#include "widgets/frame/plot_picture.h"

#include "widgets/look/custom_plot.h"

#include <QPicture>
#include <cmath>

namespace mhc {

// QCustomPlot draws with its own kind of painter only, and a device takes one painter at a time: so
// it is recorded first and played to the painter that is there.
void DrawPlot(QCustomPlot& plot, QPainter& painter, double width, double height) {
  QPicture picture;
  QCPPainter recorder;
  recorder.begin(&picture);
  recorder.setModes(QCPPainter::pmVectorized | QCPPainter::pmNoCaching);
  plot.toPainter(&recorder, static_cast<int>(std::lround(width)),
                 static_cast<int>(std::lround(height)));
  recorder.end();
  painter.save();
  // Playing scales by the ratio of the devices' resolutions; the painter has its own scale already.
  painter.scale(static_cast<double>(picture.logicalDpiX()) / painter.device()->logicalDpiX(),
                static_cast<double>(picture.logicalDpiY()) / painter.device()->logicalDpiY());
  picture.play(&painter);
  painter.restore();
}

}  // namespace mhc
