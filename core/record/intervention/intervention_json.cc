// Interventions as the JSON that `mhc status` and `mhc follow` print.
#include "core/record/intervention/intervention.h"

namespace mhc {
namespace {

using nlohmann::ordered_json;

ordered_json Number(const std::optional<double>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json ValueJson(const Intervention& intervention) {
  const Value& value = intervention.request.value;
  if (!std::holds_alternative<std::string>(value)) {
    return std::visit([](const auto& plain) { return ordered_json(plain); }, value);
  }
  const std::string& text =
      intervention.value_text.empty() ? std::get<std::string>(value) : intervention.value_text;
  return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

}  // namespace

ordered_json ToJson(const Intervention& intervention) {
  const InterventionRequest& request = intervention.request;
  const InterventionKind* kind = FindInterventionKind(request.kind);
  ordered_json row;
  row["id"] = request.id;
  row["step"] = intervention.step;
  row["kind"] = request.kind;
  row["value"] = ValueJson(intervention);
  row["sites"] = request.sites;
  row["transfer"] = kind != nullptr && kind->takes_transfer ? ordered_json(ToText(request.transfer))
                                                            : ordered_json(nullptr);
  row["outcome"] = intervention.applied ? "applied" : "refused";
  row["reason"] =
      intervention.reason.empty() ? ordered_json(nullptr) : ordered_json(intervention.reason);
  row["matrix_jump"] = Number(intervention.matrix_jump);
  row["unmatched"] = Number(intervention.unmatched);
  row["undone"] = intervention.undone;
  row["segment"] = intervention.segment;
  row["origin"] = request.origin;
  row["matrix_jump_by_site"] = intervention.matrix_jump_by_site;
  row["unmatched_by_site"] = intervention.unmatched_by_site;
  row["time"] = intervention.time;
  return row;
}

}  // namespace mhc
