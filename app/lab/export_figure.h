// `mhclab export RUN… --figure NAME --out FILE` and `mhclab figures`: any figure without a window.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mhc {

struct FigureRequest {
  std::vector<std::string> runs;  // the first is the current one
  std::string figure;
  std::string out;
  double width_mm = 120.0, height_mm = 0.0;  // height 0: what the figure needs
  std::optional<long long> step;             // empty: the last
  std::optional<long long> site;             // empty: the first
  bool replaces_file = false;
};

// Exit status: 0, 1 where the file cannot be written, 2 where the runs cannot give the figure or
// the file is there already and may not be replaced. Needs a QApplication; shows nothing.
int ExportFigure(const FigureRequest& request);
int ListFigures();

}  // namespace mhc
