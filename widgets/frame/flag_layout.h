// Where the flags of markers stand: beside their line, in a few rows, none over another.
//
// Thread rule: a pure function.
#pragma once

#include <span>
#include <vector>

namespace mhc {

struct FlagWish {
  double x = 0.0;      // of the marker's line
  double width = 0.0;  // that its text would fill
};

struct FlagPlace {
  int row = 0;  // 0 on top; the line begins at its flag and goes down
  double left = 0.0;
  double width = 0.0;  // at most what was wished; 0: a bare pennant without text
};

// One a wish, none wider than one of `widest`: the first of them, in falling order, that leaves the
// fewest markers without a text. Wishes are in ascending order of x. Flags lie between `left` and
// `right`, no flag covers another one or another marker's line. A marker without room is in row
// `rows`, below them.
std::vector<FlagPlace> PlaceFlags(std::span<const FlagWish> wishes, double left, double right,
                                  int rows, std::span<const double> widest);

}  // namespace mhc
