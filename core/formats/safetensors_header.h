// The JSON header of a safetensors file, checked key by key while it is read.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/safetensors.h"
#include "core/result.h"

namespace mhc {

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> tensors;  // in the order of their data
  std::map<std::string, std::string> metadata;
};

// text: the header without its length; data_bytes: how many bytes follow it. Errors begin with
// `origin`. Reads in one pass without a tree in memory, so that depth and size stay bounded.
// Thread rule: a pure function.
Result<SafetensorsHeader> ParseSafetensorsHeader(std::string_view text, std::uint64_t data_bytes,
                                                 const std::string& origin);

}  // namespace mhc
