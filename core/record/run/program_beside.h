// Where the other programs of ours stand: beside this one.
#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"

namespace mhc {

// The program `name` that stands beside this one; it need not be there. Error where the place of
// this one cannot be read: a name alone would start what the current folder holds.
Result<std::filesystem::path> ProgramBeside(const std::string& name);

}  // namespace mhc
