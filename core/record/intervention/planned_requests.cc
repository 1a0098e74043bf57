// [[intervention]] as requests, and back.
#include "core/record/configuration/site_list.h"
#include "core/record/intervention/intervention.h"

namespace mhc {
namespace {

std::optional<std::string_view> Given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
}

}  // namespace

Result<std::vector<PlannedRequest>> PlannedRequests(const Configuration& configuration) {
  std::vector<PlannedRequest> requests;
  for (const PlannedIntervention& planned : configuration.planned) {
    const std::string where = fmt::format("intervention at step {}", planned.step);
    if (planned.step >= configuration.train.steps) {
      return Fail("{}: expected a step before the last, {}", where, configuration.train.steps);
    }
    auto request = MakeRequest(configuration, planned.kind, Given(planned.value),
                               Given(planned.sites), Given(planned.transfer));
    if (!request) return FailWithin(where, request.error());
    request->id = fmt::format("plan-{}", requests.size());
    requests.push_back({planned.step, *std::move(request)});
  }
  return requests;
}

PlannedIntervention AsPlanned(const Intervention& intervention) {
  const InterventionRequest& request = intervention.request;
  const InterventionKind* kind = FindInterventionKind(request.kind);
  return {intervention.step, request.kind, ValueText(request),
          request.sites.empty() ? "" : SitesToText(request.sites),
          kind != nullptr && kind->takes_transfer ? ToText(request.transfer) : ""};
}

}  // namespace mhc
