// Numbers as text, the same in every locale. Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mhc {

// The text without the blanks and tabs around it.
std::string_view Trimmed(std::string_view text);

// The shortest decimal text that reads back as the same double (at most 17 digits): "0.1", "1e+22",
// "nan", "inf", "-inf".
std::string NumberText(double value);

// A whole text as a double, blanks around it allowed: what NumberText writes, a leading '+', any
// case of nan and inf. One too small for a double is 0. Nothing where it is another text, or too
// large for a double.
std::optional<double> ParseNumber(std::string_view text);
// True of a finite number too large for a double, "1e400".
bool IsTooLarge(std::string_view text);

// A whole number as a person may write it, "1e3" or "2.0", as its digits; another text as it is.
std::string WholeNumberText(std::string_view text);

}  // namespace mhc
