// The terminal that a program writes to. Thread rule: reads the environment and the terminal only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_line/text_table.h"

namespace mhc {

// Columns of the terminal behind a descriptor, 80 where it does not say; nothing where it is none.
std::optional<int> TerminalColumns(int descriptor);

// Whether escape codes may be written there: a terminal, and one that TERM names and does not call
// dumb.
bool TakesEscapeCodes(int descriptor);

// What standard output has room for: a table, and lines, broken where a terminal is narrow.
std::string TableForOutput(const std::vector<std::vector<std::string>>& rows, TableHead head);
std::string LinesForOutput(std::string_view text);

}  // namespace mhc
