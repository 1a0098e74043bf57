// The models that the bench compares, made from one configuration. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/record/configuration/configuration.h"
#include "core/result.h"

namespace mhc {

// Names that each comparison has.
inline constexpr std::string_view kPlainModel = "plain";
inline constexpr std::string_view kMhcModel = "mhc";

struct BenchModel {
  std::string name;
  Configuration configuration;
};

// `plain` (one residual stream), `hc`, `mhc` (as configured) and `mhc_reference` (the same by
// LibTorch's operations); the others by the fused kernels. With `all` also the mixing of `mhc` with
// each constraint that allows the streams, at its default options, under the constraint's name.
// Error where the configuration's connection is not mhc.
Result<std::vector<BenchModel>> BenchModels(const Configuration& configuration, bool all);

}  // namespace mhc
