// Another of our programs, run to its end.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace mhc {

// The program `name` that stands beside this one; it need not be there. Error where the place of
// this one cannot be read: a name alone would start what the current folder holds.
Result<std::filesystem::path> ProgramBeside(const std::string& name);

// Runs the program `name` that stands beside this one, with our own standard error, and its
// standard output dropped; its exit status. Error where it cannot be started or was killed by a
// signal. Thread rule: any thread; the caller waits.
Result<int> RunBeside(const std::string& name, const std::vector<std::string>& arguments);

}  // namespace mhc
