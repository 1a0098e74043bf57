// A guard before TOML is parsed. Thread rule: a pure function.
#pragma once

#include <string_view>

#include "core/result.h"

namespace mhc {

// Error, with `source` and the line, where a key of `text` has more than 32 parts: each would
// become a table inside the one before, and thousands of those exhaust the stack of any program.
Status CheckTomlDepth(std::string_view text, std::string_view source);

}  // namespace mhc
