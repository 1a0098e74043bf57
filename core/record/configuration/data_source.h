// Where a run's text comes from, as the run records it.
#pragma once

#include <cstdint>
#include <string>

namespace mhc {

// A path becomes absolute and free of links, with the home in place of "~": a relative one would
// mean another file to whoever resumes from another folder. "arithmetic" and "headers" stay as they
// are, and what is not there but for its "~".
// Thread rule: reads the file system only.
std::string ResolvedSource(const std::string& source);

// What was read of it: "3 files, 7,150 tokens", "3 files (1 by links out of the folder), …", and of
// generated text, which has no files, "7,150 tokens". Thread rule: pure.
std::string ReadDataText(std::int64_t files, std::int64_t tokens, std::int64_t linked_files = 0);

}  // namespace mhc
