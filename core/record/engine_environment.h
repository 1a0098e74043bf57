// What whoever starts an engine sets in its environment. LibTorch's OpenMP reads it when it is
// loaded, so that the engine cannot set it for itself.
#pragma once

namespace mhc {

// How often a thread that waits for the others looks again before it sleeps. The default looks for
// ever, which makes a step ten times longer where anything else wants one of the cores; a thousand
// makes it a third longer where nothing does. At five thousand neither is felt.
inline constexpr const char* kSpinVariable = "GOMP_SPINCOUNT";
inline constexpr const char* kSpinCount = "5000";

}  // namespace mhc
