// The text behind `data.source`: generated, this machine's C++ headers, a file or a folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/record/configuration/configuration.h"
#include "core/result.h"

namespace mhc {

struct SourceText {
  std::string text;                     // UTF-8, checked
  std::optional<double> entropy_floor;  // nats a character, where it is known
  std::int64_t files = 0;
  std::int64_t skipped_files = 0;  // of a folder: not text
};

// Errors name the file and what is wrong: missing, empty, unreadable, binary (with the offset of
// the first byte that is no text), not JSON lines. Files of a folder are read in the order of their
// paths, links not followed; those that are no text are counted and left out. At most 1 GiB.
Result<SourceText> ReadSourceText(const DataSettings& settings, std::int64_t seed);

// The code points of UTF-8 text; the error gives the offset of the first malformed byte or NUL.
Result<std::vector<std::uint32_t>> DecodeUtf8(std::string_view text);

}  // namespace mhc
