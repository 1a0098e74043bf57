#include "core/formats/person_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace mhc {
namespace {

constexpr double kSmallestPlain = 1e-3, kLargestPlain = 1e5;
constexpr double kLargestPlainSpread = 1e4;
constexpr int kDigitsOfSpread = 2;  // that a deviation tells
constexpr int kDigitsOfPowers = 3;  // at most, before a power of ten

std::string Superscript(int exponent) {
  constexpr const char* kDigits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "⁻" : "";
  for (const char digit : fmt::to_string(std::abs(exponent))) text += kDigits[digit - '0'];
  return text;
}

// "-" as the sign that is as wide as a plus.
std::string WithMinus(const std::string& text) {
  return text.starts_with('-') ? "−" + text.substr(1) : text;
}

// "12345.60" as "12,345.60".
std::string WithThousands(std::string_view text) {
  const std::size_t end = std::min(text.find('.'), text.size());
  std::string parted;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_inside = i < end && i > 0 && text[i - 1] != '-';
    if (is_inside && (end - i) % 3 == 0) parted.push_back(',');
    parted.push_back(text[i]);
  }
  return parted;
}

// Of a number that is rounded to so many digits: 2 of 99.96 to three.
int ExponentOf(double value, int digits) {
  const std::string text = fmt::format("{:.{}e}", value, digits - 1);
  return std::stoi(text.substr(text.find('e') + 1));
}

}  // namespace

std::string FixedText(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  const bool is_zero = text.find_first_not_of("-0.") == std::string::npos;
  if (is_zero && text.starts_with('-')) text.erase(0, 1);
  return WithMinus(WithThousands(text));
}

std::string DurationText(double seconds) {
  const auto whole = std::llround(seconds);
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

std::string StepText(long long step) { return WithMinus(WithThousands(fmt::to_string(step))); }

std::string PowerText(int exponent) { return "10" + Superscript(exponent); }

std::string MeasureText(double value, int digits) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  const double size = std::abs(value);
  if (size == 0.0) return "0";
  if (size >= kSmallestPlain && size < kLargestPlain) {
    const int before = ExponentOf(size, digits) + 1;
    // Of a small number two digits at least, as far as so many are asked for.
    const int decimals = std::max({0, digits - std::max(before, 1), std::min(digits, 2) - before});
    return FixedText(value, decimals);
  }
  const std::string text =
      fmt::format("{:.{}e}", value, std::max(0, std::min(digits, kDigitsOfPowers) - 1));
  const std::size_t e = text.find('e');
  const std::string mantissa = text.substr(0, e);
  const std::string power = PowerText(std::stoi(text.substr(e + 1)));
  const bool is_one = mantissa.find_first_not_of("1.0") == std::string::npos &&
                      mantissa[0] == '1' && mantissa.find('1', 1) == std::string::npos;
  return is_one ? power : WithMinus(mantissa) + " × " + power;
}

std::string SpreadText(double value, double deviation, int digits) {
  if (std::isnan(deviation) || !std::isfinite(value)) return MeasureText(value, digits);
  const double size = std::max(std::abs(value), std::abs(deviation));
  const std::string apart = MeasureText(value, digits) + " ± ";
  if (deviation == 0.0 || !std::isfinite(deviation)) return apart + MeasureText(deviation, 1);
  const int exponent = ExponentOf(size, digits);
  // The last place that is told of both: ones where it is 0, which a plain number always tells.
  const int least = size < kLargestPlain ? std::min(exponent - digits, -1) : exponent - digits;
  const int last = std::max(ExponentOf(deviation, kDigitsOfSpread) - kDigitsOfSpread, least) + 1;
  const double place = std::pow(10.0, last);
  if (std::abs(deviation) < 0.5 * place) return apart + MeasureText(deviation, 1);
  const auto rounded = [&](double number) { return std::round(number / place) * place; };
  const bool is_plain =
      size >= kSmallestPlain && (size < kLargestPlainSpread || (last <= 0 && size < kLargestPlain));
  if (is_plain) {
    return FixedText(rounded(value), std::max(0, -last)) + " ± " +
           FixedText(rounded(deviation), std::max(0, -last));
  }
  const double unit = std::pow(10.0, exponent);
  return FixedText(value / unit, exponent - last) + " ± " +
         FixedText(deviation / unit, exponent - last) + " × " + PowerText(exponent);
}

}  // namespace mhc
