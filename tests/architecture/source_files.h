// The project's own files, as the tests of its architecture read them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mhc {

// Files below `folder` of the source tree with one of the endings, ascending; build folders are not
// below any of ours.
std::vector<std::filesystem::path> SourceFiles(const std::string& folder,
                                               const std::vector<std::string>& endings);
std::vector<std::string> Lines(const std::filesystem::path& file);
// "core/record/inbox.cc"
std::string Relative(const std::filesystem::path& file);
// What a shell command prints on standard output; fails the test where it exits with another status
// than 0.
std::string Output(const std::string& command);

}  // namespace mhc
