#include "core/record/intervention/constraints_after.h"

#include <algorithm>

namespace mhc {
namespace {

// Of an applied request on one site. A stranger's record may name a map that n streams cannot have.
void ApplyTo(ConstraintChoice& choice, const InterventionRequest& request, int streams) {
  if (request.kind == "constraint") {
    auto chosen = ParseConstraint(ValueText(request));
    if (chosen && CheckStreams(*chosen, streams)) choice = *std::move(chosen);
  } else {
    (void)SetOption(choice, request.kind, request.value);
  }
}

}  // namespace

bool InForce(const Intervention& intervention, std::int64_t step) {
  return intervention.applied && !intervention.undone && intervention.step <= step;
}

std::vector<ConstraintChoice> ConstraintsAfter(const Configuration& configuration,
                                               std::span<const Intervention> interventions,
                                               std::int64_t step) {
  std::vector<ConstraintChoice> choices;
  const std::int64_t sites = configuration.SiteCount();
  const auto streams = static_cast<int>(configuration.StreamCount());
  for (std::int64_t site = 0; site < sites; ++site) {
    choices.push_back(configuration.Site(site).constraint);
  }
  for (const Intervention& past : interventions) {
    const InterventionKind* kind = FindInterventionKind(past.request.kind);
    if (!InForce(past, step) || kind == nullptr || !kind->takes_sites) continue;
    if (past.request.sites.empty()) {
      for (ConstraintChoice& choice : choices) ApplyTo(choice, past.request, streams);
    }
    for (const std::int64_t site : past.request.sites) {
      if (site < 0 || site >= sites) continue;
      ApplyTo(choices[static_cast<std::size_t>(site)], past.request, streams);
    }
  }
  return choices;
}

std::optional<Value> ValueAfter(const Configuration& configuration,
                                std::span<const Intervention> interventions, std::string_view kind,
                                std::int64_t step) {
  const auto newest = std::find_if(
      interventions.rbegin(), interventions.rend(),
      [&](const Intervention& row) { return row.request.kind == kind && InForce(row, step); });
  if (newest != interventions.rend()) return newest->request.value;
  const std::string name = fmt::format("train.{}", kind);
  for (const ConfigurationKey& key : ConfigurationKeys()) {
    if (key.declaration.key == name) return key.get(configuration);
  }
  return std::nullopt;
}

}  // namespace mhc
