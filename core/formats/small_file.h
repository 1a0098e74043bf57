// Whole small files, read and written without trusting what is there.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/formats/open_folder.h"
#include "core/result.h"

namespace mhc {

// The content of a regular file of at most `most` bytes; links, pipes and devices are refused.
Result<std::string> ReadSmallFile(const std::filesystem::path& file, std::size_t most);
Result<std::string> ReadSmallFile(const OpenFolder& folder, const std::string& name,
                                  std::size_t most);

// Makes a file, which must not exist, the owner's alone; with `sync` it is on the disk when this
// returns. Nothing stays where it fails.
Status WriteNewFile(const OpenFolder& folder, const std::string& name, std::string_view text,
                    bool sync);

// `digits` hexadecimal digits from the system's source of randomness.
std::string RandomHexadecimal(int digits);

}  // namespace mhc
