// How much memory this process has taken.
#pragma once

#include <optional>

namespace mhc {

// Largest resident memory of this process so far, MiB; empty where the system does not tell.
// Thread rule: any thread.
std::optional<double> PeakMemory();

}  // namespace mhc
