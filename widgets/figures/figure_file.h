// A view's picture as a file: PDF, SVG and PNG at a size in millimetres, or its numbers as CSV.
//
// Thread rule: the window's thread.
#pragma once

#include <filesystem>

#include "core/result.h"
#include "widgets/frame/view.h"

namespace mhc {

struct FigureSize {
  double width_mm = 120.0;
  double height_mm = 80.0;
};

// By the ending of `file`: .pdf, .svg, .png (300 dots an inch) or .csv. The view must be Ready().
// The file appears whole or not at all. Error names the file and the endings there are.
Status WriteFigure(View& view, const FigureSize& size, const std::filesystem::path& file);

}  // namespace mhc
