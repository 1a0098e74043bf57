#include "widgets/document/seed_series.h"

#include <algorithm>
#include <limits>

#include "core/manifold/spread.h"

namespace mhc {

void SeedSeries::Follow(std::span<const Series* const> runs) {
  std::vector<Source> sources;
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
  for (const Series* run : runs) {
    sources.push_back({run, run->revision()});
    last = std::min(last, run->last_step());
  }
  if (sources != sources_) {
    sources_ = std::move(sources);
    for (Series* series : {&mean_, &low_, &high_}) series->Truncate(0);
  }
  std::vector<double> values(runs.size()), mean, low, high;
  for (std::int64_t step = mean_.last_step() + 1; step <= last; ++step) {
    for (std::size_t i = 0; i < runs.size(); ++i) values[i] = runs[i]->At(step);
    const Spread spread = SpreadOf(values);
    mean.push_back(spread.mean);
    low.push_back(spread.minimum);
    high.push_back(spread.maximum);
  }
  mean_.Append(mean);
  low_.Append(low);
  high_.Append(high);
}

}  // namespace mhc
