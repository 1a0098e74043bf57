#include "core/formats/person_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mhc {
namespace {

constexpr double kSmallestPlain = 1e-3, kLargestPlain = 1e5;

std::string Superscript(int exponent) {
  constexpr const char* kDigits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "⁻" : "";
  for (const char digit : fmt::to_string(std::abs(exponent))) text += kDigits[digit - '0'];
  return text;
}

// "-" as the sign that is as wide as a plus.
std::string WithMinus(std::string text) {
  return text.starts_with('-') ? "−" + text.substr(1) : text;
}

}  // namespace

std::string DurationText(double seconds) {
  const auto whole = static_cast<long long>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} m {:02d} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02d} m", whole / 3600, whole / 60 % 60);
}

std::string CountText(double count) {
  if (count < 1e3) return fmt::format("{:.0f}", count);
  if (count < 1e4) return fmt::format("{:.1f}k", count / 1e3);
  if (count < 1e6) return fmt::format("{:.0f}k", count / 1e3);
  return fmt::format("{:.1f}M", count / 1e6);
}

std::string StepText(long long step) {
  std::string text = fmt::to_string(step);
  const std::size_t first = step < 0 ? 1 : 0;
  for (std::size_t i = text.size(); i > first + 3;) {
    i -= 3;
    text.insert(i, ",");
  }
  return text;
}

std::string PowerText(int exponent) { return "10" + Superscript(exponent); }

std::string MeasureText(double value, int digits) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  const double size = std::abs(value);
  if (size == 0.0) return "0";
  if (size >= kSmallestPlain && size < kLargestPlain) {
    const int before = static_cast<int>(std::floor(std::log10(size))) + 1;
    // Of a small number two digits at least, as far as so many are asked for.
    const int decimals = std::max({0, digits - std::max(before, 1), std::min(digits, 2) - before});
    return WithMinus(fmt::format("{:.{}f}", value, decimals));
  }
  const std::string text = fmt::format("{:.{}e}", value, std::max(0, std::min(digits, 3) - 1));
  const std::size_t e = text.find('e');
  const std::string mantissa = text.substr(0, e);
  const std::string power = PowerText(std::stoi(text.substr(e + 1)));
  const bool is_one = mantissa.find_first_not_of("1.0") == std::string::npos &&
                      mantissa[0] == '1' && mantissa.find('1', 1) == std::string::npos;
  return is_one ? power : WithMinus(mantissa) + " × " + power;
}

}  // namespace mhc
