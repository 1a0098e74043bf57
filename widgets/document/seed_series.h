// The mean of a scalar over several runs at each step that all of them have, with the least and the
// most, kept current as they grow.
//
// Free of Qt. Thread rule: plain data; one thread at a time.
#pragma once

#include <span>
#include <vector>

#include "widgets/document/series.h"

namespace mhc {

class SeedSeries {
 public:
  // Takes what they have more than before, or all of it where one of them went back or is another.
  // Their addresses are compared, never kept for reading.
  void Follow(std::span<const Series* const> runs);

  // NaN where one of the runs has none.
  const Series& mean() const { return mean_; }
  const Series& low() const { return low_; }
  const Series& high() const { return high_; }

 private:
  struct Source {
    const Series* series;
    std::int64_t revision;
    bool operator==(const Source&) const = default;
  };
  std::vector<Source> sources_;
  Series mean_, low_, high_;
};

}  // namespace mhc
