// What whoever starts an engine sets in its environment. LibTorch's OpenMP reads it when it is
// loaded, so that the engine cannot set it for itself.
#pragma once

namespace mhc {

// How often a thread that waits for the others looks again before it sleeps. The default looks for
// ever: full speed alone, and steps of ten times the length where anything else keeps one of two
// cores busy. At 1,000 a step takes a third longer alone. At 5,000 it has full speed alone, and
// twice the length beside a busy core.
inline constexpr const char* kSpinVariable = "GOMP_SPINCOUNT";
inline constexpr const char* kSpinCount = "5000";

}  // namespace mhc
