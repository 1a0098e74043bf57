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
  std::string text;                     // UTF-8
  std::optional<double> entropy_floor;  // nats a character, where it is known
  std::int64_t files = 0;               // read; 0 of generated text
  std::int64_t linked_files = 0;        // of those: by a link out of the folder
  std::int64_t skipped_files = 0;       // of a folder: left out
  std::int64_t skipped_lines = 0;       // of JSON lines: left out
  std::string first_skipped;            // "latin1.txt: byte 0xef at offset 2 is no text, …"

  // "left out 3 of 5 files and 1 line; the first: latin1.txt: …"; empty where nothing was.
  std::string LeftOut() const;
};

// Errors name the file and what is wrong: missing, empty, unreadable, packed, no text (with the
// offset of the first such byte), without one line that has a text. Of a folder (FindSourceFiles),
// files of which this holds are left out, and of JSON lines (ReadJsonTexts) the lines; both are
// counted, and the first is named with its reason. Where the format is `auto`, .jsonl, .ndjson and
// .json, in any case, are JSON lines. A byte order mark in front is no part of the text. At most
// 1 GiB.
Result<SourceText> ReadSourceText(const DataSettings& settings, std::int64_t seed);

}  // namespace mhc
