// The gain of a site or a composite as snapshots hold it.
//
// Thread rule: pure functions.
#pragma once

#include <vector>

#include "core/record/record/step_record.h"

namespace mhc {

// In the order of the snapshot's last dimension.
struct SiteGain {
  double mean = 0.0, deviation = 0.0, minimum = 0.0, maximum = 0.0;
  bool operator==(const SiteGain&) const = default;
};

// By site, over tokens, of a snapshot of shape L,4.
std::vector<SiteGain> GainsOf(const Snapshot& snapshot);

// Of one run as it is; of several, which differ in their seed alone, the spread of their means.
// All of as many sites; at least one run.
std::vector<SiteGain> OverSeeds(const std::vector<std::vector<SiteGain>>& runs);

}  // namespace mhc
