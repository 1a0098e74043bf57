// The files of a folder that somebody trains on, as folders are found: with links, with what may
// not be read, with what is no file. Thread rule: reads the file system only.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace mhc {

struct SourceFile {
  std::filesystem::path path;  // below the folder as it was given
  std::string fault;           // why it cannot be read; empty where it is a file
  bool leads_out = false;      // a link to a file that is not below the folder
};

// In the order of their paths. A link to a file stands for it (a Hugging Face snapshot is a folder
// of such links, which lead out of it); one to a folder is not walked, so that no link can lead in
// a circle, and has its fault where the folder lies elsewhere. A file with several names is there
// once, by a link to it where there is one: a blob's own name says nothing. Names that begin with a
// dot are no part of the data. Error: a folder that cannot be listed.
Result<std::vector<SourceFile>> FindSourceFiles(const std::filesystem::path& folder);

}  // namespace mhc
