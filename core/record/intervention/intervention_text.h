// An intervention in one line for people.
#pragma once

#include <string>

#include "core/record/intervention/intervention.h"

namespace mhc {

// "constraint unconstrained at sites 2-3 applied at step 812 (match_matrix, H moved by 0.0031,
// ...)", "pause refused at step 12: REASON".
std::string InterventionText(const Intervention& intervention);

}  // namespace mhc
