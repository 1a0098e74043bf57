// What stands inside the axes of a panel on paper: bands, lines, marks, colours.
//
// Thread rule: the window's thread. Lengths are in points.
#pragma once

class QPainter;

namespace mhc {

class Look;
class PaperAxes;
struct PaperPanel;

void DrawPaperPanel(QPainter& painter, const PaperPanel& panel, const PaperAxes& axes,
                    const Look& look);
// The numbers of what happened, above the axes; that height above them is theirs.
constexpr double kPaperNumbersHeight = 9.0;
void DrawPaperNumbers(QPainter& painter, const PaperPanel& panel, const PaperAxes& axes,
                      const Look& look);

}  // namespace mhc
