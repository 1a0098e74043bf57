#include "widgets/document/run_update.h"

#include <algorithm>

namespace mhc {

std::size_t SnapshotHistory::Nearest(double step) const {
  const auto after = std::lower_bound(steps.begin(), steps.end(), step,
                                      [](std::int64_t a, double b) { return double(a) < b; });
  const auto place = static_cast<std::size_t>(after - steps.begin());
  if (place == 0) return 0;
  if (place == steps.size()) return place - 1;
  const bool is_before = step - double(steps[place - 1]) <= double(steps[place]) - step;
  return is_before ? place - 1 : place;
}

bool RunUpdate::empty() const {
  return error.empty() && !configuration && !description && !state && first_step == 0 &&
         !interventions && !alerts && !checkpoints && !snapshot_steps && snapshots.empty() &&
         histories.empty();
}

}  // namespace mhc
