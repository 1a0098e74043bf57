// The published models that carry manifold-constrained hyper-connections.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/plan/plan.h"

namespace mhc {

// "paper-3b", "paper-9b", "paper-27b" (arXiv 2512.24880, Table 5), "v4-flash", "v4-pro" (arXiv
// 2606.19348 and the configurations published with the weights).
std::vector<std::string_view> PublishedModelNames();

// Nothing where no published model has that name. What the publication leaves open is assumed, and
// said in `assumptions` with what it adds to the total. Thread rule: a pure function.
std::optional<Plan> PublishedPlan(std::string_view name);

}  // namespace mhc
