// What holds in a run after some steps: its configuration, and over it the interventions that were
// applied since and not undone.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/record/intervention/intervention.h"

namespace mhc {

// Whether a change is in force after `step` finished steps: one of `step` itself counts.
bool InForce(const Intervention& intervention, std::int64_t step);

// The constraint of every site after `step` finished steps, one a site, with options; empty where
// the run has no sites. A blend counts as the constraint that it goes to. What a record of another
// program holds and we cannot read is left out.
std::vector<ConstraintChoice> ConstraintsAfter(const Configuration& configuration,
                                               std::span<const Intervention> interventions,
                                               std::int64_t step);

// The value after `step` finished steps of a setting of the whole run: of the newest intervention
// of that kind, else of the key of the same name in section `train`; empty where there is neither.
std::optional<Value> ValueAfter(const Configuration& configuration,
                                std::span<const Intervention> interventions, std::string_view kind,
                                std::int64_t step);

}  // namespace mhc
