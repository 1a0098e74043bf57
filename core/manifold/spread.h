// How values spread over repeated draws. Thread rule: pure functions.
#pragma once

#include <vector>

namespace mhc {

// What is said of the values of one quantity over many draws.
struct Spread {
  double median = 0.0;
  double mean = 0.0;
  double p1 = 0.0, p10 = 0.0, p90 = 0.0, p99 = 0.0;  // percentiles
  double minimum = 0.0, maximum = 0.0;
};

// The quantile `share` (0…1) of values in rising order: linear between the two values beside the
// place share·(count − 1). An infinite neighbour that has any part in it is the result.
double Quantile(const std::vector<double>& rising, double share);

// values: at least one, in any order. Infinite values count as what they are. All NaN where a
// value is NaN; the mean is also NaN where values of both infinities meet.
Spread SpreadOf(std::vector<double> values);

}  // namespace mhc
