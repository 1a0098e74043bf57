#include "core/record/intervention/intervention_text.h"

#include <vector>

#include "core/record/configuration/site_list.h"

namespace mhc {

std::string InterventionText(const Intervention& intervention) {
  const InterventionRequest& request = intervention.request;
  std::string text = request.kind.empty() ? "request" : request.kind;
  if (!intervention.value_text.empty()) text += ' ' + intervention.value_text;
  if (!request.sites.empty()) text += " at sites " + SitesToText(request.sites);
  if (!intervention.applied) {
    return text + fmt::format(" refused at step {}: {}", intervention.step, intervention.reason);
  }
  text += fmt::format(" applied at step {}", intervention.step);
  const InterventionKind* kind = FindInterventionKind(request.kind);
  std::vector<std::string> details;
  if (kind != nullptr && kind->takes_transfer) details.push_back(ToText(request.transfer));
  if (intervention.matrix_jump) {
    details.push_back(fmt::format("H moved by {:.6g}", *intervention.matrix_jump));
  }
  if (intervention.unmatched) {
    details.push_back(fmt::format("unmatched {:.6g}", *intervention.unmatched));
  }
  if (intervention.undone) details.push_back("undone by a roll back");
  return details.empty() ? text : text + fmt::format(" ({})", fmt::join(details, ", "));
}

}  // namespace mhc
