// Text for the terminal that is there: its letters, and how wide they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mhc {

// Whether the locale of the environment (LC_ALL, else LC_CTYPE, else LANG) writes UTF-8; where none
// is set it is C, which does not. Thread rule: reads the environment only.
bool LocaleIsUtf8();

// The same text in ASCII: signs as they are written without theirs ("×" is "x", "10⁻²" is "10^-2"),
// "?" for what has no such form. Thread rule: pure.
std::string AsciiText(std::string_view utf8);

// The text as it is where the locale writes UTF-8, else in ASCII.
std::string LegibleText(std::string_view utf8);

// Cells of a terminal that the text takes: 2 for a CJK character or a picture, 0 for a combining
// mark. Thread rule: pure.
std::size_t TerminalCells(std::string_view utf8);

}  // namespace mhc
