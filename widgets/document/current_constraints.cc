#include "widgets/document/current_constraints.h"

#include <algorithm>

namespace mhc {
namespace {

// Of an applied request on one site; a record of another program may hold what we cannot read.
void ApplyTo(ConstraintChoice& choice, const InterventionRequest& request) {
  if (request.kind == "constraint") {
    if (auto chosen = ParseConstraint(ValueText(request))) choice = *std::move(chosen);
  } else {
    (void)SetOption(choice, request.kind, request.value);
  }
}

bool InForce(const Intervention& intervention, std::int64_t step) {
  return intervention.applied && !intervention.undone && intervention.step <= step;
}

}  // namespace

std::vector<ConstraintChoice> ConstraintChoicesAt(const RunDocument& run, std::int64_t step) {
  std::vector<ConstraintChoice> choices;
  if (!run.loaded()) return choices;
  const std::int64_t sites = run.configuration().SiteCount();
  for (std::int64_t site = 0; site < sites; ++site) {
    choices.push_back(run.configuration().Site(site).constraint);
  }
  for (const Intervention& past : run.interventions()) {
    const InterventionKind* kind = FindInterventionKind(past.request.kind);
    if (!InForce(past, step) || kind == nullptr || !kind->takes_sites) continue;
    if (past.request.sites.empty()) {
      for (ConstraintChoice& choice : choices) ApplyTo(choice, past.request);
    }
    for (const std::int64_t site : past.request.sites) {
      if (site >= 0 && site < sites) ApplyTo(choices[static_cast<std::size_t>(site)], past.request);
    }
  }
  return choices;
}

std::optional<Value> ValueInForce(const RunDocument& run, std::string_view kind,
                                  std::int64_t step) {
  const auto& past = run.interventions();
  const auto newest = std::find_if(past.rbegin(), past.rend(), [&](const Intervention& row) {
    return row.request.kind == kind && InForce(row, step);
  });
  if (newest != past.rend()) return newest->request.value;
  const std::string name = fmt::format("train.{}", kind);
  for (const ConfigurationKey& key : ConfigurationKeys()) {
    if (key.declaration.key == name) return key.get(run.configuration());
  }
  return std::nullopt;
}

}  // namespace mhc
