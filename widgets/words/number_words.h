// Numbers as views show them, as text of the window.
//
// Thread rule: pure functions.
#pragma once

#include <QString>
#include <cstdint>

namespace mhc {

// "12,000": a step as a person reads it.
QString StepNumber(std::int64_t step);
// "1.023", "3.2 × 10⁻⁴": a measured value in four digits.
QString ValueText(double value);

}  // namespace mhc
