// Where a run's text comes from, as the run records it.
#pragma once

#include <string>

namespace mhc {

// A path becomes absolute and free of links: a relative one would mean another file to whoever
// resumes from another folder. "arithmetic", "headers" and what is not there stay as they are.
// Thread rule: reads the file system only.
std::string ResolvedSource(const std::string& source);

}  // namespace mhc
