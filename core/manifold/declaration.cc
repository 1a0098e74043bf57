#include "core/manifold/declaration.h"

#include <fmt/ranges.h>
#include <charconv>
#include <cmath>
#include <optional>

namespace mhc {
namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

constexpr double kExactIntegers = 9007199254740992.0;  // 2^53: a double has all integers up to it

// "20" of a whole number, "0.05" of another: a bound as a person writes it.
std::string Bound(double value) {
  if (value == kExactIntegers) return "2^53";
  if (value == std::floor(value) && std::abs(value) < kExactIntegers) {
    return std::to_string(static_cast<std::int64_t>(value));
  }
  return ToToml(value);
}

std::string Range(const Declaration& declaration) {
  const bool has_minimum = std::isfinite(declaration.minimum);
  const bool has_maximum = std::isfinite(declaration.maximum);
  if (has_minimum && has_maximum && !declaration.above_minimum) {
    return " from " + Bound(declaration.minimum) + " to " + Bound(declaration.maximum);
  }
  std::string range;
  if (has_minimum) {
    range = (declaration.above_minimum ? " above " : " of at least ") + Bound(declaration.minimum);
  }
  if (has_maximum) {
    range += (has_minimum ? " and at most " : " of at most ") + Bound(declaration.maximum);
  }
  return range;
}

bool InRange(const Declaration& declaration, double number) {
  const bool above =
      declaration.above_minimum ? number > declaration.minimum : number >= declaration.minimum;
  return std::isfinite(number) && above && number <= declaration.maximum;
}

// `given` in the type that `declaration` has, or nothing where types or values do not fit.
std::optional<Value> Accepted(const Declaration& declaration, const Value& given) {
  if (std::holds_alternative<double>(declaration.fallback)) {
    const auto* integer = std::get_if<std::int64_t>(&given);
    const auto* number = std::get_if<double>(&given);
    if (!integer && !number) return std::nullopt;
    const double value = integer ? static_cast<double>(*integer) : *number;
    return InRange(declaration, value) ? std::optional<Value>(value) : std::nullopt;
  }
  // "1e6" is a million, in TOML and JSON too, where it is read as a floating-point number.
  if (const auto* number = std::get_if<double>(&given);
      number && std::holds_alternative<std::int64_t>(declaration.fallback) &&
      *number == std::floor(*number) && std::abs(*number) <= kExactIntegers) {
    return Accepted(declaration, static_cast<std::int64_t>(*number));
  }
  if (given.index() != declaration.fallback.index()) return std::nullopt;
  const bool fits = std::visit(
      Overloaded{
          [](bool) { return true; },
          [&](std::int64_t integer) { return InRange(declaration, static_cast<double>(integer)); },
          [&](double number) { return InRange(declaration, number); },
          [&](const std::string& text) {
            if (declaration.choices.empty()) return true;
            for (const std::string& choice : declaration.choices) {
              if (choice == text) return true;
            }
            return false;
          },
          [&](const std::vector<double>& numbers) {
            for (const double number : numbers) {
              if (!InRange(declaration, number)) return false;
            }
            return true;
          },
      },
      given);
  return fits ? std::optional<Value>(given) : std::nullopt;
}

std::string NumberToToml(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  char buffer[32];
  const auto written = std::to_chars(buffer, buffer + sizeof buffer, number);
  std::string text(buffer, written.ptr);
  // TOML reads digits alone as an integer.
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string TextToToml(std::string_view text) {
  std::string quoted = "\"";
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      quoted += '\\';
      quoted += character;
    } else if (character == '\n') {
      quoted += "\\n";
    } else if (character == '\t') {
      quoted += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += fmt::format("\\u{:04X}", byte);
    } else {
      quoted += character;
    }
  }
  return quoted + '"';
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool IsDigit(char character) { return character >= '0' && character <= '9'; }

// The digits of `text` without TOML's separators: "10_000" is "10000". Nothing where an
// underscore does not stand between two digits.
std::optional<std::string> WithoutSeparators(std::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      digits += text[i];
    } else if (i == 0 || i + 1 == text.size() || !IsDigit(text[i - 1]) || !IsDigit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return digits;
}

// A decimal integer or number as TOML writes it: no leading zeros, digits on both sides of a point.
std::optional<Value> NumberFromText(std::string_view given) {
  const std::optional<std::string> plain = WithoutSeparators(given);
  if (!plain || plain->empty()) return std::nullopt;
  std::string_view text = *plain;
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  if (text == "inf" || text == "nan") {
    const double number = text == "inf" ? std::numeric_limits<double>::infinity()
                                        : std::numeric_limits<double>::quiet_NaN();
    return negative ? -number : number;
  }
  if (text.empty() || !IsDigit(text.front()) || !IsDigit(text.back())) return std::nullopt;
  if (text.size() > 1 && text[0] == '0' && IsDigit(text[1])) return std::nullopt;
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos && !IsDigit(text[point + 1])) return std::nullopt;

  const bool whole = text.find_first_not_of("0123456789") == std::string_view::npos;
  const std::string with_sign = (negative ? "-" : "") + std::string(text);
  const char* const end = with_sign.data() + with_sign.size();
  if (whole) {
    std::int64_t integer = 0;
    const auto read = std::from_chars(with_sign.data(), end, integer);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return integer;
  }
  double number = 0.0;
  const auto read = std::from_chars(with_sign.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

std::optional<Value> ListFromText(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  text = Trim(text.substr(1, text.size() - 2));
  std::vector<double> numbers;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::optional<Value> entry = NumberFromText(Trim(text.substr(0, comma)));
    if (!entry) return std::nullopt;
    const auto* integer = std::get_if<std::int64_t>(&*entry);
    numbers.push_back(integer ? static_cast<double>(*integer) : std::get<double>(*entry));
    text = comma == std::string_view::npos ? std::string_view() : Trim(text.substr(comma + 1));
  }
  return numbers;
}

}  // namespace

std::string Expected(const Declaration& declaration) {
  return std::visit(Overloaded{
                        [](bool) { return std::string("true or false"); },
                        [&](std::int64_t) { return "an integer" + Range(declaration); },
                        [&](double) { return "a number" + Range(declaration); },
                        [&](const std::string&) {
                          if (declaration.choices.empty()) return std::string("a text");
                          return fmt::format("one of {}", fmt::join(declaration.choices, ", "));
                        },
                        [&](const std::vector<double>&) {
                          const std::string range = Range(declaration);
                          return "a list of numbers" + (range.empty() ? "" : ", each" + range);
                        },
                    },
                    declaration.fallback);
}

Result<Value> Check(const Declaration& declaration, const Value& given) {
  std::optional<Value> accepted = Accepted(declaration, given);
  if (!accepted) {
    return Fail("{}: found {}, expected {}", declaration.key, ToToml(given), Expected(declaration));
  }
  return *std::move(accepted);
}

std::string ToToml(const Value& value) {
  return std::visit(Overloaded{
                        [](bool flag) { return std::string(flag ? "true" : "false"); },
                        [](std::int64_t integer) { return std::to_string(integer); },
                        [](double number) { return NumberToToml(number); },
                        [](const std::string& text) { return TextToToml(text); },
                        [](const std::vector<double>& numbers) {
                          std::vector<std::string> entries;
                          entries.reserve(numbers.size());
                          for (const double number : numbers) {
                            entries.push_back(NumberToToml(number));
                          }
                          return fmt::format("[{}]", fmt::join(entries, ", "));
                        },
                    },
                    value);
}

Value FromText(const Declaration& declaration, std::string_view text) {
  if (std::holds_alternative<std::string>(declaration.fallback)) return std::string(text);
  const std::string_view trimmed = Trim(text);
  if (trimmed == "true") return true;
  if (trimmed == "false") return false;
  if (const std::optional<Value> number = NumberFromText(trimmed)) return *number;
  if (const std::optional<Value> list = ListFromText(trimmed)) return *list;
  return std::string(text);
}

}  // namespace mhc
