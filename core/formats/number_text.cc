#include "core/formats/number_text.h"

#include <array>
#include <charconv>
#include <clocale>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace mhc {
namespace {

// Infinite also where a finite number is too large for a double.
std::optional<double> ParseBeyondRange(std::string_view text) {
  text = Trimmed(text);
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc()) return value;
  // from_chars gives no value beyond the range; strtod does, and the text is known to be a number.
  static const locale_t c_locale = newlocale(LC_ALL_MASK, "C", nullptr);
  return strtod_l(std::string(text).c_str(), nullptr, c_locale);
}

}  // namespace

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string NumberText(double value) {
  if (std::isnan(value)) return "nan";  // its sign says nothing
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::optional<double> ParseNumber(std::string_view text) {
  const std::optional<double> value = ParseBeyondRange(text);
  const bool too_large =
      value && std::isinf(*value) && text.find_first_of("0123456789") != text.npos;
  return too_large ? std::nullopt : value;
}

bool IsTooLarge(std::string_view text) {
  return !ParseNumber(text).has_value() && ParseBeyondRange(text).has_value();
}

std::string WholeNumberText(std::string_view text) {
  constexpr double kExactIntegers = 9007199254740992.0;  // 2^53
  const auto number = ParseNumber(text);
  const bool is_digits = text.find_first_of(".eE") == std::string_view::npos;
  if (is_digits || !number || *number != std::floor(*number) ||
      std::abs(*number) > kExactIntegers) {
    return std::string(text);
  }
  return std::to_string(static_cast<std::int64_t>(*number));
}

}  // namespace mhc
