// Lists of sites as a person writes them: "0-3,7". Thread rule: plain functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace mhc {

// "0-3,7" -> 0 1 2 3 7, ascending and unique; error where a site is not in 0…sites−1.
Result<std::vector<std::int64_t>> ParseSites(std::string_view text, std::int64_t sites);
std::string SitesToText(std::span<const std::int64_t> sites);

}  // namespace mhc
