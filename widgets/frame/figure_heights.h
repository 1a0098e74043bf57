// How high a figure for a paper is. Lengths are in points (1/72 inch).
#pragma once

namespace mhc {

struct FigureHeights {
  double least = 60.0;   // with less, something has no room
  double usual = 160.0;  // where nobody asks for another one
};

constexpr double kPointsPerInch = 72.0, kMillimetresPerInch = 25.4;
// From that width on panels stand beside one another.
constexpr double kWideFigure = 119.5 / kMillimetresPerInch * kPointsPerInch;

}  // namespace mhc
