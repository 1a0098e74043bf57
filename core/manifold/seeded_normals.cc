#include "core/manifold/seeded_normals.h"

#include <cmath>
#include <numbers>
#include <random>

namespace mhc {

std::vector<double> SeededNormals(std::uint64_t seed, int count, double deviation) {
  // The engine is specified to the bit by the standard, std::normal_distribution is not.
  std::mt19937_64 engine(seed);
  const auto uniform = [&] { return (static_cast<double>(engine() >> 11) + 0.5) * 0x1p-53; };
  std::vector<double> values(count);
  for (double& value : values) {
    const double radius = std::sqrt(-2.0 * std::log(uniform()));
    value = deviation * radius * std::cos(2.0 * std::numbers::pi * uniform());
  }
  return values;
}

}  // namespace mhc
