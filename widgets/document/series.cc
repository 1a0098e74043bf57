#include "widgets/document/series.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mhc {
namespace {

constexpr std::size_t kFan = 16;

}  // namespace

void Extent::Add(double value) {
  if (!std::isfinite(value)) return;
  minimum = finite == 0 ? value : std::min(minimum, value);
  maximum = finite == 0 ? value : std::max(maximum, value);
  sum += value;
  ++finite;
}

void Extent::Add(const Extent& other) {
  if (other.finite == 0) return;
  minimum = finite == 0 ? other.minimum : std::min(minimum, other.minimum);
  maximum = finite == 0 ? other.maximum : std::max(maximum, other.maximum);
  sum += other.sum;
  finite += other.finite;
}

double Series::At(std::int64_t step) const {
  if (step < 1 || step > last_step()) return std::numeric_limits<double>::quiet_NaN();
  return values_[static_cast<std::size_t>(step - 1)];
}

bool Series::LastFinite(std::int64_t step, std::int64_t& found_step, double& value) const {
  // Whole blocks without a finite value are passed over, so that a sparse column costs little.
  std::int64_t i = std::min(step, last_step()) - 1;
  while (i >= 0) {
    const auto block = static_cast<std::size_t>(i) / kFan;
    if (!pyramid_.empty() && block < pyramid_[0].size() && pyramid_[0][block].finite == 0) {
      i = static_cast<std::int64_t>(block * kFan) - 1;
      continue;
    }
    if (std::isfinite(values_[static_cast<std::size_t>(i)])) {
      found_step = i + 1;
      value = values_[static_cast<std::size_t>(i)];
      return true;
    }
    --i;
  }
  return false;
}

void Series::Truncate(std::int64_t last) {
  if (last >= last_step()) return;
  ++revision_;
  values_.resize(static_cast<std::size_t>(std::max<std::int64_t>(last, 0)));
  Rebuild(values_.size());
}

void Series::Append(std::span<const double> values) {
  const std::size_t first = values_.size();
  values_.insert(values_.end(), values.begin(), values.end());
  Rebuild(first);
}

// Every block that holds a value from `first_value` on; a level ends where it has one block.
void Series::Rebuild(std::size_t first_value) {
  std::size_t below = values_.size();
  std::size_t first = first_value;
  for (std::size_t level = 0;; ++level) {
    const std::size_t blocks = (below + kFan - 1) / kFan;
    if (below <= 1) {
      pyramid_.resize(level);
      return;
    }
    if (pyramid_.size() == level) {
      pyramid_.emplace_back();
      first = 0;
    }
    pyramid_[level].resize(blocks);
    for (std::size_t block = first / kFan; block < blocks; ++block) {
      Extent extent;
      for (std::size_t i = block * kFan; i < std::min((block + 1) * kFan, below); ++i) {
        if (level == 0) {
          extent.Add(values_[i]);
        } else {
          extent.Add(pyramid_[level - 1][i]);
        }
      }
      pyramid_[level][block] = extent;
    }
    first /= kFan;
    below = blocks;
  }
}

Extent Series::Over(std::int64_t first, std::int64_t last) const {
  Extent extent;
  if (first > last_step() || last < first) return extent;
  auto i = static_cast<std::size_t>(std::max<std::int64_t>(first, 1) - 1);
  const auto end = static_cast<std::size_t>(std::min(last, last_step()));
  while (i < end) {
    // The largest block that begins here and ends inside.
    std::size_t width = 1;
    const Extent* block = nullptr;
    for (const std::vector<Extent>& level : pyramid_) {
      const std::size_t wider = width * kFan;
      if (i % wider != 0 || i + wider > end) break;
      width = wider;
      block = &level[i / wider];
    }
    if (block) {
      extent.Add(*block);
    } else {
      extent.Add(values_[i]);
    }
    i += width;
  }
  return extent;
}

std::vector<Bucket> Series::Envelope(std::int64_t first, std::int64_t last, int columns) const {
  std::vector<Bucket> buckets;
  first = std::max<std::int64_t>(first, 1);
  last = std::min(last, last_step());
  if (first > last || columns < 1) return buckets;
  const std::int64_t steps = last - first + 1;
  const std::int64_t width = (steps + columns - 1) / columns;
  // Aligned to multiples of the width: the same steps share a bucket while a plot scrolls.
  for (std::int64_t begin = (first - 1) / width * width + 1; begin <= last; begin += width) {
    Bucket bucket{std::max(begin, first), std::min(begin + width - 1, last), {}, 0.0, 0.0};
    bucket.extent = Over(bucket.first, bucket.last);
    if (bucket.extent.finite == 0) continue;
    std::int64_t step = bucket.first;
    while (!std::isfinite(At(step))) ++step;
    bucket.entry = At(step);
    LastFinite(bucket.last, step, bucket.exit);
    buckets.push_back(bucket);
  }
  return buckets;
}

}  // namespace mhc
