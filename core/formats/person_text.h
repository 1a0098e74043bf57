// Numbers as a person writes them. Thread rule: pure functions.
#pragma once

#include <string>

namespace mhc {

// "12 s", "3 m 02 s", "1 h 04 m".
std::string DurationText(double seconds);
// "870", "2.9k", "41k", "1.2M".
std::string CountText(double count);
// Thousands parted: "12,400".
std::string StepText(long long step);
// "10⁻²".
std::string PowerText(int exponent);
// `digits` significant digits, as many decimals below 1 as above it or two digits, powers of ten as
// such: "2.114", "0.500", "0.0031", "3.0 × 10⁻⁴", "10¹⁶".
// "∞", "−∞" and "NaN" where it is not finite.
std::string MeasureText(double value, int digits = 4);

}  // namespace mhc
