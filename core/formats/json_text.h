// JSON as all programs of the lab write and read it. Thread rule: pure functions.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/result.h"

namespace mhc {

// One line without a line feed. Doubles have full precision (they read back as the same double),
// non-finite ones are the texts "nan", "inf" and "-inf"; bytes that are not UTF-8 become U+FFFD.
std::string DumpJson(nlohmann::ordered_json document);

inline constexpr std::size_t kLongestJson = std::size_t{32} << 20;

// Text of a stranger: fails, with `origin` and the offset, where it is not JSON, has more than 32
// levels or kLongestJson bytes, or gives a key of an object twice.
Result<nlohmann::json> ParseJson(std::string_view text, const std::string& origin);
Result<nlohmann::json> ReadJson(const std::filesystem::path& path);

}  // namespace mhc
