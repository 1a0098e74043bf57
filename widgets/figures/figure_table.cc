#include "widgets/figures/figure_table.h"

#include <vector>

#include "widgets/views/stream_scope.h"

namespace mhc {
namespace {

template <class Type>
[[maybe_unused]]
std::unique_ptr<View> Make(const ViewContext& context) {
  return std::make_unique<Type>(context);
}

}  // namespace

std::span<const FigureRow> Figures() {
  static const std::vector<FigureRow> rows = {
      {"scope", "Streams flowing through all sites with the weights they carry",
       &Make<StreamScope>},
  };
  return rows;
}

const FigureRow* FindFigure(std::string_view name) {
  for (const FigureRow& row : Figures()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace mhc
