// Aligned columns for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mhc {

// Six significant digits.
std::string ShortNumber(double value);

// The value times `factor` as such; "-" where there is none.
std::string OrDash(const std::optional<double>& value, double factor = 1.0);

// One line a row: the first column to the left, the others to the right, two blanks between. The
// cells are counted in bytes, so they must be ASCII. Rows may be of different lengths.
std::string AlignedTable(const std::vector<std::vector<std::string>>& rows);

}  // namespace mhc
