// What a model costs before it is trained: parameters, floating-point operations, elements moved,
// memory. From a configuration of ours, whose parameter counts are those that a run records, or
// from one of the published models that carry hyper-connections.
//
// Thread rule: plain values; the functions are pure but for reading a named configuration file.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/plan/mixing_cost.h"
#include "core/record/configuration/configuration.h"

namespace mhc {

// What a publication prints, as far as it prints it.
struct PrintedTotals {
  double parameters = 0.0;
  double active_parameters = 0.0;
};

struct Plan {
  std::string name;
  std::int64_t parameters = 0;
  // Used for one token: all but the input embedding's table and the experts that are not chosen.
  std::int64_t active_parameters = 0;
  std::int64_t mixing_parameters = 0;  // of all sites, expansion and readout
  // Of each site, oldest first; empty for `residual`.
  std::vector<std::int64_t> site_parameters;
  // "embedding", "attention", …: their sum is `parameters`.
  std::vector<std::pair<std::string, std::int64_t>> parts;

  double flops_per_token = 0.0;         // of training: forward and backward, the sites included
  double mixing_flops_per_token = 0.0;  // of the sites

  ElementCount unfused, fused;                  // a site and token, forward
  std::optional<std::int64_t> recompute_block;  // sublayers; none for `residual`

  double state_bytes = 0.0;       // parameters, gradients and optimiser
  double activation_bytes = 0.0;  // kept for the backward pass
  double MemoryBytes() const { return state_bytes + activation_bytes; }

  std::optional<PrintedTotals> printed;
  // A sentence each, with what it adds to the total where that is known.
  std::vector<std::string> assumptions;
};

Plan PlanOf(const Configuration& configuration);

// A published model's name, or what LoadConfiguration takes; `settings` are laid over the latter
// and refused for the former.
Result<Plan> PlanByName(std::string_view name, std::span<const Setting> settings);

}  // namespace mhc
