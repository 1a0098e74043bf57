// How far an array is from the one that is expected.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace mhc {

// The largest difference, of the largest magnitude that is expected.
inline double LargestError(const std::vector<double>& found, const std::vector<double>& expected) {
  if (found.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double error = 0.0, largest = 1e-300;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double difference = std::abs(found[i] - expected[i]);
    // NaN compares as false both ways; it must not pass.
    error = difference <= error ? error : difference;
    largest = std::max(largest, std::abs(expected[i]));
  }
  return error / largest;
}

}  // namespace mhc
