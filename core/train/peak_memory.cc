#include "core/train/peak_memory.h"

#ifdef __APPLE__
#include <sys/resource.h>
#else
#include <fstream>
#include <string>
#endif

namespace mhc {

#ifdef __APPLE__

std::optional<double> PeakMemory() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
  return static_cast<double>(usage.ru_maxrss) / (1024.0 * 1024.0);  // bytes
}

#else

// Not by getrusage: what that says begins with the memory of the process that started this one.
std::optional<double> PeakMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kib = 0.0;
    if (word == "VmHWM:") return status >> kib ? std::optional(kib / 1024.0) : std::nullopt;
  }
  return std::nullopt;
}

#endif

}  // namespace mhc
