#include "widgets/document/current_constraints.h"

#include "core/record/intervention/constraints_after.h"

namespace mhc {

std::vector<ConstraintChoice> ConstraintChoicesAt(const RunDocument& run, std::int64_t step) {
  if (!run.loaded()) return {};
  return ConstraintsAfter(run.configuration(), run.interventions(), step);
}

std::optional<Value> ValueInForce(const RunDocument& run, std::string_view kind,
                                  std::int64_t step) {
  return ValueAfter(run.configuration(), run.interventions(), kind, step);
}

}  // namespace mhc
