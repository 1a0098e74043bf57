#include "core/record/record/record_timeline.h"

#include <algorithm>
#include <limits>

namespace mhc {

std::vector<VisibleSpan> VisibleSpans(std::span<const SegmentRow> segments) {
  std::vector<VisibleSpan> spans;
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = segments.size(); i-- > 0;) {
    const SegmentRow& segment = segments[i];
    if (segment.first_step < limit) spans.push_back({segment.id, segment.first_step, limit});
    limit = std::min(limit, segment.first_step);
  }
  std::reverse(spans.begin(), spans.end());
  return spans;
}

}  // namespace mhc
