// Which models a sweep of this machine measures.
//
// Thread rule: a pure function.
#pragma once

#include <cstdint>
#include <vector>

#include "core/record/configuration/configuration.h"

namespace mhc {

// The configuration with at most four blocks, and from there a quarter, half and twice its
// channels, 2 and 8 streams, 1, 2 and 8 blocks, a batch of 1 and of twice its own: each with its
// mixing, as far as that allows it, and plain (mixing.connection=residual). Each number of threads
// is a grid of its own.
std::vector<Configuration> SweepGrid(const Configuration& configuration,
                                     const std::vector<std::int64_t>& threads);

}  // namespace mhc
