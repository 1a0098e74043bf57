// What somebody gave for a configuration: TOML text and settings, as values by key with the place
// where each stands, before they are checked against the declarations.
//
// Thread rule: pure functions.
#pragma once

#include <toml++/toml.h>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/record/configuration/configuration.h"

namespace mhc {

// A value that somebody gave: a TOML value, or the text of a --set, and where it stands.
struct Given {
  std::optional<Value> value;
  std::string text;   // where `value` is empty
  std::string where;  // "file.toml:12: " or "--set "
};
using GivenKeys = std::map<std::string, Given, std::less<>>;  // by full key

// "file.toml:12: ", where a node stands.
std::string Where(std::string_view source, const toml::node& node);

// A single value or a list of numbers; error with the place and the key for anything else.
Result<Value> ToValue(const toml::node& node, std::string_view key, const std::string& where);

// Every key of the text's sections, and the tables of [[mixing.site]], which stay in `table`. Error
// where a section or a top key is none of the configuration's.
Status CollectGiven(const toml::table& table, std::string_view source, GivenKeys& given,
                    const toml::array** site_tables);

// Lays settings over what was given. One that names another connection or constraint takes away
// what the file said of the one before it; what other settings say stays.
void LaySettings(std::span<const Setting> settings, GivenKeys& given);

// The text in quotes as TOML has them; nothing where it is not in quotes.
std::optional<std::string> QuotedTomlText(const std::string& text);

// The value as its declaration has it; error with the place and the full key.
Result<Value> CheckGiven(const Declaration& declaration, const std::string& full_key,
                         const Given& given);

// Where each key was given, for what can only be checked once all are known.
class GivenPlaces {
 public:
  GivenPlaces(const GivenKeys& given, std::string_view source)
      : fallback_(std::string(source) + ": ") {
    for (const auto& [key, value] : given) where_[key] = value.where;
  }
  // "file.toml:12: model.heads"
  std::string Of(const std::string& key) const {
    const auto found = where_.find(key);
    return (found == where_.end() ? fallback_ : found->second) + key;
  }

 private:
  std::string fallback_;
  std::map<std::string, std::string> where_;
};

}  // namespace mhc
