// `mhclab export RUN… --figure NAME --out FILE` and `mhclab figures`: any figure without a window.
#pragma once

#include <string>
#include <vector>

namespace mhc {

struct FigureRequest {
  std::vector<std::string> runs;  // the first is the current one
  std::string figure;
  std::string out;
  double width_mm = 120.0, height_mm = 80.0;
  long long step = -1;  // −1: the last
  int site = 0;
};

// Exit status: 0, 1 where the file cannot be written, 2 where the runs cannot give the figure.
// Needs a QApplication; shows nothing.
int ExportFigure(const FigureRequest& request);
int ListFigures();

}  // namespace mhc
