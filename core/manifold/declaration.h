// A declared value: the one place where a configuration key, an option of a constraint or an
// argument of an intervention says its type, range, unit, default and English text. Checks, help,
// forms and the record's columns are made from it.
//
// Thread rule: plain values; every function here is pure.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.h"

namespace mhc {

using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<double>>;

struct Declaration {
  std::string key;
  Value fallback;  // the default; the alternative it holds is the type of the value
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  bool above_minimum = false;             // the minimum itself is not allowed
  std::vector<std::string> choices = {};  // of a text; empty: any text
  std::string unit = {};
  std::string text = {};
};

// What a declaration accepts, in words: "an integer from 0 to 10000", "one of sum, mean, learned".
std::string Expected(const Declaration& declaration);

// The value in the declared type (3 is 3.0, and 1e3 is 1000), or an error "KEY: found …,
// expected …". Numbers must be finite.
Result<Value> Check(const Declaration& declaration, const Value& given);

// A value as TOML writes it: true, 20, 0.001, "text", [0.9, 0.95]. Numbers round-trip exactly.
std::string ToToml(const Value& value);

// A value from a command line: as TOML's booleans, integers, numbers and number lists read, and
// as a text where that fails. A text declaration takes the characters as they are.
Value FromText(const Declaration& declaration, std::string_view text);

}  // namespace mhc
