// The texts of a JSON lines file as public data have them. Thread rule: a pure function.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mhc {

struct JsonTexts {
  std::string text;            // what stands under "text", each followed by a line feed
  std::int64_t read = 0;       // lines that gave a text
  std::int64_t left_out = 0;   // lines that gave none; empty ones are not counted
  std::string first_left_out;  // "3: …": the number of the first of them and its reason
};

// One JSON object a line (JSON lines, NDJSON); else one JSON list of objects, or one object over
// several lines. `bytes` are a whole file, of which offsets in reasons are counted; a byte order
// mark and the CR of CRLF are skipped. Other fields may hold what Python writes for numbers that
// are not finite (NaN, Infinity); of a key that comes twice the last one counts. A line is left out
// alone where it is no UTF-8, no JSON, holds half of a surrogate pair, or has no text under "text".
// A list or an object over several lines has one text or none where it is no JSON.
JsonTexts ReadJsonTexts(std::string_view bytes);

}  // namespace mhc
