#include "widgets/frame/axis_room.h"

#include "widgets/look/custom_plot.h"

#include <algorithm>
#include <cmath>

namespace mhc {

void LeaveRoom(QCPAxis& axis, double pixels, double above, double below) {
  if (pixels <= 0.0 || above + below <= 0.0) return;
  const double given = std::min(above + below, 0.5 * pixels);
  const double scale = given / (above + below);
  const bool logarithmic = axis.scaleType() == QCPAxis::stLogarithmic;
  const auto to = [&](double value) { return logarithmic ? std::log10(value) : value; };
  const auto from = [&](double value) { return logarithmic ? std::pow(10.0, value) : value; };
  const double low = to(axis.range().lower), high = to(axis.range().upper);
  const double a_pixel = (high - low) / (pixels - given);
  axis.setRange(from(low - below * scale * a_pixel), from(high + above * scale * a_pixel));
}

}  // namespace mhc
