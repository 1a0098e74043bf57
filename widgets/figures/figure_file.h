// A view's picture as a file: PDF, SVG and PNG at a size in millimetres, or its numbers as CSV.
//
// Thread rule: the window's thread.
#pragma once

#include <QByteArray>
#include <filesystem>
#include <string>

#include "core/result.h"
#include "widgets/figures/figure_origin.h"
#include "widgets/frame/view.h"

namespace mhc {

struct FigureSize {
  double width_mm = 120.0;
  double height_mm = 0.0;  // 0: what the figure needs
};

// With the figure's own height where none is asked for; error where it needs more than that.
Result<FigureSize> SizeOfFigure(const View& view, const FigureSize& wanted);

bool IsFigureEnding(const std::string& ending);
// The bytes of a file of that `ending`: .pdf, .svg, .png (300 dots an inch) or .csv. The view must
// be Ready(). Error names the endings there are.
Result<QByteArray> FigureBytes(View& view, const FigureSize& size, const FigureOrigin& origin,
                               const std::string& ending);
// By the ending of `file`. It appears whole or not at all. Error names the file.
Status WriteFigure(View& view, const FigureSize& size, const FigureOrigin& origin,
                   const std::filesystem::path& file);

}  // namespace mhc
