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
// With that many decimals, the minus as wide as a plus, and no minus before a zero: "−1,240.50".
std::string FixedText(double value, int decimals);
// `digits` significant digits, as many decimals below 1 as above it or two digits, powers of ten as
// such: "2.114", "0.500", "0.0031", "60,743", "3.0 × 10⁻⁴", "10¹⁶".
// "∞", "−∞" and "NaN" where it is not finite.
std::string MeasureText(double value, int digits = 4);
// A value and its deviation to the same place: two digits of the deviation, and at most `digits` of
// the larger of the two: "2.114 ± 0.031", "6.1 ± 4.1 × 10⁴", "1.000 ± 3 × 10⁻⁷". The value alone
// where there is no deviation (NaN) or the value is not finite.
std::string SpreadText(double value, double deviation, int digits = 4);

}  // namespace mhc
