#include "widgets/frame/flag_layout.h"

#include <algorithm>

namespace mhc {
namespace {

constexpr double kFlagGap = 4.0;
constexpr double kNarrowest = 30.0;  // a flag that still has a word in it

// The first row from which down nothing stands at `x`, so that a line can go down from it; `rows`
// where there is none.
int FreeRow(const std::vector<double>& ends, double x) {
  auto row = static_cast<int>(ends.size());
  while (row > 0 && ends[static_cast<std::size_t>(row - 1)] + kFlagGap <= x) --row;
  return row;
}

// How far to the left of marker `index` its row is free of flags and of lines.
double RoomToTheLeft(std::span<const FlagWish> wishes, const std::vector<FlagPlace>& places,
                     double row_end, double left, int row) {
  const std::size_t index = places.size();
  double edge = std::max(left, row_end + kFlagGap);
  for (std::size_t i = 0; i < index; ++i) {
    if (places[i].row <= row) edge = std::max(edge, wishes[i].x + kFlagGap);
  }
  return wishes[index].x - edge;
}

std::vector<FlagPlace> PlaceNoWider(std::span<const FlagWish> wishes, double left, double right,
                                    int rows, double widest) {
  std::vector<double> ends(static_cast<std::size_t>(std::max(rows, 0)), left - kFlagGap);
  std::vector<FlagPlace> places;
  for (const FlagWish& wish : wishes) {
    const double wished = std::min(wish.width, widest);
    const int row = FreeRow(ends, wish.x);
    FlagPlace place{row, wish.x, 0.0};
    if (row < rows) {
      double& end = ends[static_cast<std::size_t>(row)];
      const double to_the_right = right - wish.x;
      const double to_the_left = RoomToTheLeft(wishes, places, end, left, row);
      const bool goes_left = wished > to_the_right && to_the_left > to_the_right;
      const double room = goes_left ? to_the_left : to_the_right;
      if (room >= std::min(wished, kNarrowest)) place.width = std::min(wished, room);
      if (goes_left) place.left = wish.x - place.width;
      end = place.width == 0.0 ? wish.x : place.left + place.width;
    }
    places.push_back(place);
  }
  return places;
}

}  // namespace

std::vector<FlagPlace> PlaceFlags(std::span<const FlagWish> wishes, double left, double right,
                                  int rows, std::span<const double> widest) {
  std::vector<FlagPlace> best;
  std::ptrdiff_t fewest = 0;
  for (const double width : widest) {
    std::vector<FlagPlace> places = PlaceNoWider(wishes, left, right, rows, width);
    const auto bare = std::count_if(places.begin(), places.end(),
                                    [](const FlagPlace& place) { return place.width == 0.0; });
    if (!best.empty() && bare >= fewest) continue;
    fewest = bare;
    best = std::move(places);
  }
  return best;
}

}  // namespace mhc
