// Every figure by its name: what `mhclab figures` lists, and what `mhclab export --figure` draws.
//
// Thread rule: the window's thread.
#pragma once

#include <QString>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "widgets/frame/view.h"

namespace mhc {

struct FigureRow {
  std::string_view name;  // "loss"
  std::string_view text;  // one sentence
  std::function<std::unique_ptr<View>(const ViewContext& context)> make;
};

std::span<const FigureRow> Figures();
// Beside these "curve_NAME" of every other scalar of the record, against the step.
std::span<const FigureRow> ScalarFigures();
// nullptr where there is none of that name.
const FigureRow* FindFigure(std::string_view name);

}  // namespace mhc
