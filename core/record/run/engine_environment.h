// What whoever starts an engine sets in its environment, where it is not set: LibTorch's OpenMP and
// the C library read it when they are loaded, so that the engine cannot set it for itself.
#pragma once

#include <array>

namespace mhc {

struct EngineVariable {
  const char* name;
  const char* value;
};

inline constexpr std::array kEngineVariables = {
    // How often a thread that waits for the others looks again before it sleeps. The default looks
    // for ever: full speed alone, and steps of ten times the length where anything else keeps one
    // of two cores busy. At 1,000 a step takes a third longer alone. At 5,000 it has full speed
    // alone; beside others a run looks less often (core/model/yielding_threads.h).
    EngineVariable{"GOMP_SPINCOUNT", "5000"},
    // The allocator asks for huge pages, where the system gives them to those that ask. On pages of
    // 4 KiB a step took 12 % longer, and how long hung on where the arrays of a model happened to
    // lie: the same model 10 % more or less.
    EngineVariable{"GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"},
};

}  // namespace mhc
