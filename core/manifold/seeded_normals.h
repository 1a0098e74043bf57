// Normal numbers that are the same in every run: the starts of maps whose gradient is zero at the
// identity, and further starts of a fit. Thread rule: a pure function.
#pragma once

#include <cstdint>
#include <vector>

namespace mhc {

// `count` numbers of N(0, deviation²), a function of the seed alone.
std::vector<double> SeededNormals(std::uint64_t seed, int count, double deviation);

}  // namespace mhc
