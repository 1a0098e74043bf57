// Numbers as text, the same in every locale. Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mhc {

// The shortest decimal text that reads back as the same double (at most 17 digits): "0.1", "1e+22",
// "nan", "inf", "-inf".
std::string NumberText(double value);

// A whole text as a double, blanks around it allowed: what NumberText writes, a leading '+', any
// case of nan and inf. Nothing where it is another text, or too large or small for a double.
std::optional<double> ParseNumber(std::string_view text);

}  // namespace mhc
