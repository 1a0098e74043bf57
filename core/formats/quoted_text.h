// Text of a stranger inside a sentence of ours.
#pragma once

#include <string>
#include <string_view>

namespace mhc {

// The text in double quotes, cut after 60 bytes (at a whole UTF-8 character, marked by "…"), with
// control characters, bytes that are no UTF-8 and quotes escaped, so that a hostile name can
// neither flood nor steer a terminal, nor break who reads it. Thread rule: a pure function.
std::string Quoted(std::string_view text);

// The whole text on one line, control characters and other bytes escaped in the same way. Thread
// rule: pure.
std::string Shown(std::string_view text);

}  // namespace mhc
