// Another of our programs, run to its end.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"

namespace mhc {

// Runs the program `name` that stands beside this one, with our own standard error, and its
// standard output dropped; its exit status. Error where it cannot be started or was killed by a
// signal. Thread rule: any thread; the caller waits.
Result<int> RunBeside(const std::string& name, const std::vector<std::string>& arguments);

}  // namespace mhc
