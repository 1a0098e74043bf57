// Aligned columns and wrapped lines for people. Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mhc {

// Six significant digits.
std::string ShortNumber(double value);

// The value times `factor` as such; "-" where there is none.
std::string OrDash(const std::optional<double>& value, double factor = 1.0);

// One line a row: the first column to the left, the others to the right, two blanks between. Rows
// may be of different lengths.
std::string AlignedTable(const std::vector<std::vector<std::string>>& rows);

// The same where it fits into so many columns, or none are given; else a paragraph a row: with a
// head (its first row) the first cell and below it every other beside its name, without one all in
// one line, wrapped.
enum class TableHead { kNone, kFirstRow };
std::string FittedTable(const std::vector<std::vector<std::string>>& rows, TableHead head,
                        std::optional<int> columns);

// Lines that are longer than so many columns are broken between words and go on below the text of
// their last column, or a little further in than they begin, or at the edge; without columns, and
// where there is no room to break, they stay.
std::string WrappedLines(std::string_view text, std::optional<int> columns);

}  // namespace mhc
