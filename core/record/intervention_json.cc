// Interventions as the JSON that `mhc status` and `mhc follow` print.
#include <cmath>

#include "core/record/intervention.h"

namespace mhc {
namespace {

using nlohmann::ordered_json;

// JSON has no non-finite numbers; the contract writes them as texts.
ordered_json Number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

ordered_json Number(const std::optional<double>& value) {
  return value ? Number(*value) : ordered_json(nullptr);
}

ordered_json Numbers(const std::vector<double>& values) {
  ordered_json list = ordered_json::array();
  for (const double value : values) list.push_back(Number(value));
  return list;
}

ordered_json ValueJson(const Intervention& intervention) {
  const Value& value = intervention.request.value;
  if (const auto* numbers = std::get_if<std::vector<double>>(&value)) return Numbers(*numbers);
  if (const auto* number = std::get_if<double>(&value)) return Number(*number);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
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
  row["matrix_jump_by_site"] = Numbers(intervention.matrix_jump_by_site);
  row["unmatched_by_site"] = Numbers(intervention.unmatched_by_site);
  row["time"] = intervention.time;
  return row;
}

}  // namespace mhc
