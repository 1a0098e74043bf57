// The scalars of the record, one a step, as a person reads them.
//
// Thread rule: pure functions.
#pragma once

#include <QString>
#include <optional>
#include <string_view>

namespace mhc {

// "Composite gain" of composite_forward_gain: a title.
QString ScalarTitle(std::string_view column);
// What the record's declaration says of it.
QString ScalarText(std::string_view column);
// True of what lives on a logarithmic axis: norms, gains, errors, distances.
bool IsScalarLogarithmic(std::string_view column);
// 1 of gains.
std::optional<double> ScalarIdeal(std::string_view column);

}  // namespace mhc
