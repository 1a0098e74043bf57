// Whole small files, read and written without trusting what is there. Internal to core/record.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"

namespace mhc {

// The content of a regular file of at most `most` bytes; links, pipes and devices are refused.
Result<std::string> ReadSmallFile(const std::filesystem::path& file, std::size_t most);

// Makes `file`, which must not exist, with mode 0600 or, where it is for everyone, 0644; with
// `sync` it is on the disk when this returns. Nothing stays where it fails.
enum class Audience { kOwner, kEveryone };
Status WriteNewFile(const std::filesystem::path& file, std::string_view text, Audience audience,
                    bool sync);

// `digits` hexadecimal digits from the system's source of randomness.
std::string RandomHexadecimal(int digits);

}  // namespace mhc
