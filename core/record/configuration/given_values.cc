#include "core/record/configuration/given_values.h"

#include "core/formats/toml_depth.h"
#include "core/record/configuration/configuration_keys.h"

namespace mhc {
namespace {

bool IsSection(const std::string& name) {
  const std::string prefix = name + ".";
  for (const ConfigurationKey& key : ConfigurationKeys()) {
    if (key.declaration.key.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace

std::string Where(std::string_view source, const toml::node& node) {
  return fmt::format("{}:{}: ", source, node.source().begin.line);
}

Result<Value> ToValue(const toml::node& node, std::string_view key, const std::string& where) {
  if (const auto* v = node.as_boolean()) return Value(v->get());
  if (const auto* v = node.as_integer()) return Value(static_cast<std::int64_t>(v->get()));
  if (const auto* v = node.as_floating_point()) return Value(v->get());
  if (const auto* v = node.as_string()) return Value(v->get());
  if (const auto* array = node.as_array()) {
    std::vector<double> numbers;
    for (const toml::node& entry : *array) {
      const auto number = entry.value<double>();
      if (!number) return Fail("{}{}: found a list of other things than numbers", where, key);
      numbers.push_back(*number);
    }
    return Value(numbers);
  }
  return Fail("{}{}: found a {}, expected a single value", where, key,
              node.is_table() ? "section" : "date or time");
}

Status CollectGiven(const toml::table& table, std::string_view source, GivenKeys& given,
                    const toml::array** site_tables) {
  for (const auto& [name, node] : table) {
    const std::string key(name.str());
    const toml::table* section = node.as_table();
    const std::string where = Where(source, node);
    if ((section != nullptr && !IsSection(key)) || key.find('.') != std::string::npos) {
      return Fail(
          "{}{}: unknown section or key, expected a section of data, model, mixing, train, "
          "probe",
          where, key);
    }
    if (section == nullptr) {
      auto value = ToValue(node, key, where);
      if (!value) return tl::unexpected(value.error());
      given[key] = {*value, "", where};
      continue;
    }
    for (const auto& [inner, entry] : *section) {
      const std::string full = key + "." + std::string(inner.str());
      if (full == "mixing.site" && entry.is_array_of_tables()) {
        *site_tables = entry.as_array();
        continue;
      }
      const std::string entry_where = Where(source, entry);
      auto value = ToValue(entry, full, entry_where);
      if (!value) return tl::unexpected(value.error());
      given[full] = {*value, "", entry_where};
    }
  }
  return {};
}

void LaySettings(std::span<const Setting> settings, GivenKeys& given) {
  constexpr std::string_view kMixing = "mixing.";
  const auto drop = [&](const auto& is_of_it) {
    std::erase_if(given, [&](const auto& entry) {
      return entry.first.starts_with(kMixing) && is_of_it(entry.first.substr(kMixing.size()));
    });
  };
  for (const Setting& setting : settings) {
    const bool connection = setting.key == "mixing.connection";
    if (!connection && setting.key != "mixing.constraint") continue;
    drop([&](const std::string& key) {
      const bool is_option = FindSiteKey(key) == nullptr || key == "transpose";
      return is_option || (connection && (key == "constraint" || key == "read" || key == "write"));
    });
  }
  for (const Setting& setting : settings) {
    given[setting.key] = {std::nullopt, setting.value, "--set "};
  }
}

std::optional<std::string> QuotedTomlText(const std::string& text) {
  if (!text.starts_with('"') && !text.starts_with('\'')) return std::nullopt;
  if (!CheckTomlDepth(text, "")) return std::nullopt;
  try {
    return toml::parse("text = " + text)["text"].value<std::string>();
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

Result<Value> CheckGiven(const Declaration& declaration, const std::string& full_key,
                         const Given& given) {
  Declaration named = declaration;
  named.key = given.where + full_key;
  if (given.value) return Check(named, *given.value);
  if (const auto text = QuotedTomlText(given.text)) return Check(named, Value(*text));
  return Check(named, FromText(named, given.text));
}

Result<Setting> ParseSetting(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return Fail("--set {}: expected KEY=VALUE, as in --set train.steps=600", text);
  }
  return Setting{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

Result<std::vector<Setting>> ParseSettings(std::span<const std::string> texts) {
  std::vector<Setting> settings;
  for (const std::string& text : texts) {
    auto setting = ParseSetting(text);
    if (!setting) return tl::unexpected(setting.error());
    settings.push_back(*std::move(setting));
  }
  return settings;
}

}  // namespace mhc
