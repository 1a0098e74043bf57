// The constraint of every site as it is after some steps: the configuration with the interventions
// that were applied since.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/manifold/mixing_constraint.h"
#include "widgets/document/run_document.h"

namespace mhc {

// One a site, with options; empty where the run was not read yet or has no sites. A blend counts as
// the constraint that it goes to.
std::vector<ConstraintChoice> ConstraintChoicesAt(const RunDocument& run, std::int64_t step);

// The value in force after `step` steps of a setting of the whole run: of the newest intervention
// of that kind, else of the key of the same name in section `train`; empty where there is neither.
std::optional<Value> ValueInForce(const RunDocument& run, std::string_view kind, std::int64_t step);

}  // namespace mhc
