// The latest timeline: which steps of which segment a reader shows. Training that went back begins
// a new segment and deletes nothing; a step is shown from the latest segment that has it. Internal
// to core/record.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/record/record/record_reader.h"

namespace mhc {

// Rows of `segment` with after < step <= last are shown.
struct VisibleSpan {
  std::int64_t segment = 0;
  std::int64_t after = 0;
  std::int64_t last = 0;
};

// `segments` by ascending id. Ascending, disjoint and without empty spans; the last one is open
// (INT64_MAX).
std::vector<VisibleSpan> VisibleSpans(std::span<const SegmentRow> segments);

}  // namespace mhc
