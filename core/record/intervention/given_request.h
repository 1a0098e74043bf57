// A request as it was given, typed by a person or read from a file, before it is checked. Both ways
// meet in CheckRequest, so that both refuse the same things in the same words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/record/intervention/intervention.h"

namespace mhc {

struct GivenRequest {
  std::string_view kind;
  std::optional<Value> value;
  std::optional<std::vector<std::int64_t>> sites;  // in 0…sites−1, ascending
  std::optional<std::string_view> transfer;
};

// The checked request, without id. An error names the field and lists what there is.
Result<InterventionRequest> CheckRequest(const Configuration& configuration,
                                         const GivenRequest& given);
tl::unexpected<Error> UnknownKind(std::string_view kind);

}  // namespace mhc
