// Reading: what was given in TOML and in settings is laid over the defaults in the order in which
// it depends on each other (connection, constraint, the rest), and checked as a whole.
#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "core/formats/quoted_text.h"
#include "core/formats/toml_depth.h"
#include "core/record/configuration/configuration.h"
#include "core/record/configuration/configuration_keys.h"
#include "core/record/configuration/event_tables.h"
#include "core/record/configuration/given_values.h"
#include "core/record/configuration/presets.h"
#include "core/record/configuration/site_list.h"

namespace mhc {
namespace {

constexpr std::uintmax_t kLargestFile = 1 << 20;  // 1 MiB

template <class Keys>
std::string Names(const Keys& keys, std::string_view prefix) {
  std::string names;
  for (const auto& key : keys) {
    std::string_view name = key.declaration.key;
    if (!name.starts_with(prefix)) continue;
    name.remove_prefix(prefix.size());
    if (name.find('.') != std::string_view::npos) continue;
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return names;
}

// What an unknown key should have been: the keys of its section, or the one section that has it.
std::string Suggestion(std::string_view key) {
  const auto dot = key.rfind('.');
  if (dot == std::string_view::npos) {
    for (const ConfigurationKey& known : ConfigurationKeys()) {
      const std::string& full = known.declaration.key;
      if (full.size() > key.size() && full.ends_with(fmt::format(".{}", key))) {
        return fmt::format("expected {}", full);
      }
    }
    return fmt::format(
        "expected one of {}, or section.key with a section of data, model, mixing, "
        "train, probe",
        Names(ConfigurationKeys(), ""));
  }
  const std::string names = Names(ConfigurationKeys(), key.substr(0, dot + 1));
  if (!names.empty()) return fmt::format("expected one of {}", names);
  return "expected a section of data, model, mixing, train, probe";
}

// Takes `key` out of `given` and sets it; false where it was not given.
Result<bool> TakeSiteKey(SiteSettings& settings, GivenKeys& given, const std::string& prefix,
                         const std::string& name) {
  const auto found = given.find(prefix + name);
  if (found == given.end()) return false;
  const SiteKey* key = FindSiteKey(name);
  const auto value = CheckGiven(key->declaration, prefix + name, found->second);
  if (!value) return tl::unexpected(value.error());
  key->set(settings, *value);
  given.erase(found);
  return true;
}

// "sinkhorn:iterations=5" as well as "sinkhorn".
Result<bool> TakeConstraint(SiteSettings& settings, GivenKeys& given, const std::string& prefix) {
  const auto found = given.find(prefix + "constraint");
  if (found == given.end()) return false;
  std::string text = found->second.text;
  if (found->second.value) {
    const auto* name = std::get_if<std::string>(&*found->second.value);
    if (name == nullptr) return TakeSiteKey(settings, given, prefix, "constraint");
    text = *name;
  } else if (const auto quoted = QuotedTomlText(text)) {
    text = *quoted;
  }
  const bool transpose = settings.constraint.transpose;
  auto choice = ParseConstraint(text);
  if (!choice) {
    return FailWithin(found->second.where + prefix + "constraint", choice.error());
  }
  settings.constraint = *choice;
  if (text.find("transpose=") == std::string::npos) settings.constraint.transpose = transpose;
  given.erase(found);
  return true;
}

std::string DefaultConstraint(const std::string& connection) {
  if (connection == "residual") return "identity";
  return connection == "hc" ? "unconstrained" : "sinkhorn";
}

// Lays what is given under `prefix` over `settings`. `inherited` settings keep their constraint and
// maps where a site names neither a connection nor them.
Status ResolveSite(SiteSettings& settings, GivenKeys& given, const std::string& prefix,
                   bool inherited) {
  auto connection = TakeSiteKey(settings, given, prefix, "connection");
  if (!connection) return tl::unexpected(connection.error());
  if (!inherited || *connection) {
    settings.constraint = *ChooseConstraint(DefaultConstraint(settings.connection));
    settings.read = settings.write =
        settings.connection == "residual" ? "fixed" : settings.connection;
  }
  auto constraint = TakeConstraint(settings, given, prefix);
  if (!constraint) return tl::unexpected(constraint.error());
  for (const SiteKey& key : SiteKeys()) {
    auto taken = TakeSiteKey(settings, given, prefix, key.declaration.key);
    if (!taken) return tl::unexpected(taken.error());
  }
  for (auto it = given.lower_bound(prefix); it != given.end() && it->first.starts_with(prefix);) {
    const std::string option = it->first.substr(prefix.size());
    const auto& options = settings.constraint.constraint->options;
    const auto declared = std::find_if(options.begin(), options.end(),
                                       [&](const Declaration& d) { return d.key == option; });
    if (declared == options.end()) {
      std::string names = Names(SiteKeys(), "");
      for (const Declaration& d : options) names += ", " + d.key;
      return Fail("{}{}: unknown key for the constraint {}, expected one of {}", it->second.where,
                  it->first, settings.constraint.constraint->name, names);
    }
    const auto value = CheckGiven(*declared, it->first, it->second);
    if (!value) return tl::unexpected(value.error());
    settings.constraint.options.Set(option, *value);
    it = given.erase(it);
  }
  return {};
}

Result<std::vector<std::int64_t>> SiteList(const toml::table& table, std::string_view source,
                                           std::int64_t site_count) {
  const std::string where = Where(source, table);
  const toml::node* node = table.get("sites");
  if (node == nullptr)
    return Fail("{}[[mixing.site]] without sites, expected sites = \"0-3\"", where);
  std::string text;
  if (const auto* v = node->as_string()) text = v->get();
  if (const auto* v = node->as_integer()) text = std::to_string(v->get());
  if (const auto* array = node->as_array()) {
    for (const toml::node& entry : *array) {
      const auto site = entry.value<std::int64_t>();
      if (!site) return Fail("{}sites: found a list of other things than integers", where);
      text += (text.empty() ? "" : ",") + std::to_string(*site);
    }
  }
  auto sites = ParseSites(text, site_count);
  if (!sites) return FailWithin(where + "mixing.site.sites", sites.error());
  return sites;
}

Status ResolveOverrides(Configuration& configuration, const toml::array& tables,
                        std::string_view source) {
  std::set<std::int64_t> seen;
  for (const toml::node& node : tables) {
    const toml::table& table = *node.as_table();
    auto sites = SiteList(table, source, configuration.SiteCount());
    if (!sites) return tl::unexpected(sites.error());
    for (const std::int64_t site : *sites) {
      if (!seen.insert(site).second) {
        return Fail("{}mixing.site: site {} stands in two of them", Where(source, table), site);
      }
    }
    GivenKeys given;
    for (const auto& [name, entry] : table) {
      if (name.str() == "sites") continue;
      const std::string key = "mixing.site." + std::string(name.str());
      auto value = ToValue(entry, key, Where(source, entry));
      if (!value) return tl::unexpected(value.error());
      given[key] = {*value, "", Where(source, entry)};
    }
    SiteOverride entry{*sites, configuration.mixing};
    if (auto status = ResolveSite(entry.settings, given, "mixing.site.", true); !status) {
      return status;
    }
    if (entry.settings.connection == "residual") {
      return Fail("{}mixing.site.connection: found residual, expected mhc or hc for single sites",
                  Where(source, table));
    }
    configuration.site_overrides.push_back(std::move(entry));
  }
  return {};
}

Status CheckWhole(const Configuration& c, const GivenPlaces& places) {
  const ModelSettings& m = c.model;
  if (c.name.empty() || c.name.size() > 100 || c.name.find('/') != std::string::npos ||
      c.name.starts_with('.')) {
    return Fail("{}: found {}, expected 1 to 100 characters, no '/', no '.' in front",
                places.Of("name"), Quoted(c.name));
  }
  if (m.channels % m.heads != 0 || (m.channels / m.heads) % 2 != 0) {
    return Fail(
        "{}: found {} for {} channels, expected a number of heads that makes channels / heads an "
        "even integer",
        places.Of("model.heads"), m.heads, m.channels);
  }
  if (c.train.betas.size() != 2) {
    return Fail("{}: found {} numbers, expected two", places.Of("train.betas"),
                c.train.betas.size());
  }
  const bool cuda = c.device == "cuda" ||
                    (c.device.starts_with("cuda:") && c.device.size() > 5 && c.device.size() < 8 &&
                     c.device.find_first_not_of("0123456789", 5) == std::string::npos);
  if (c.device != "auto" && c.device != "cpu" && !cuda) {
    return Fail("{}: found {}, expected auto, cpu, cuda or cuda:k", places.Of("device"),
                Quoted(c.device));
  }
  for (std::int64_t site = 0; site < c.SiteCount(); ++site) {
    const auto status = CheckStreams(c.Site(site).constraint, static_cast<int>(m.streams));
    if (!status) return FailWithin(places.Of("mixing.constraint"), status.error());
  }
  return {};
}

Result<std::string> ReadFile(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return Fail(
        "{}: no such configuration file or preset, expected a TOML file or one of the "
        "presets that `mhc train --help` lists",
        path.string());
  }
  if (std::filesystem::file_size(path, error) > kLargestFile) {
    return Fail("{}: larger than 1 MiB, expected a configuration in TOML", path.string());
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return Fail("{}: cannot be read", path.string());
  return text.str();
}

}  // namespace

Result<Configuration> ParseConfiguration(std::string_view toml_text, std::string_view source,
                                         std::span<const Setting> settings) {
  if (auto sound = CheckTomlDepth(toml_text, source); !sound) {
    return tl::unexpected(sound.error());
  }
  toml::table table;
  try {
    table = toml::parse(toml_text, source);
  } catch (const toml::parse_error& error) {
    return Fail("{}:{}: is not TOML: {}", source, error.source().begin.line,
                std::string(error.description()));
  }
  Configuration configuration;
  if (auto taken = TakeEventTables(table, source, configuration); !taken) {
    return tl::unexpected(taken.error());
  }
  GivenKeys given;
  const toml::array* site_tables = nullptr;
  if (auto status = CollectGiven(table, source, given, &site_tables); !status) {
    return tl::unexpected(status.error());
  }
  LaySettings(settings, given);
  const GivenPlaces places(given, source);

  if (auto status = ResolveSite(configuration.mixing, given, "mixing.", false); !status) {
    return tl::unexpected(status.error());
  }
  for (const auto& [key, value] : given) {
    const ConfigurationKey* declared = FindConfigurationKey(key);
    if (declared == nullptr) {
      return Fail("{}{}: unknown key, {}", value.where, key, Suggestion(key));
    }
    const auto checked = CheckGiven(declared->declaration, key, value);
    if (!checked) return tl::unexpected(checked.error());
    declared->set(configuration, *checked);
  }
  if (site_tables != nullptr) {
    if (auto status = ResolveOverrides(configuration, *site_tables, source); !status) {
      return tl::unexpected(status.error());
    }
  }
  const std::int64_t sites = configuration.SiteCount();
  configuration.mixing.constraint = AtDepth(configuration.mixing.constraint, sites);
  for (SiteOverride& entry : configuration.site_overrides) {
    entry.settings.constraint = AtDepth(entry.settings.constraint, sites);
  }
  if (auto status = CheckWhole(configuration, places); !status) {
    return tl::unexpected(status.error());
  }
  return configuration;
}

Result<Configuration> LoadConfiguration(std::string_view file_or_preset,
                                        std::span<const Setting> settings) {
  if (const PresetText* preset = FindPreset(file_or_preset)) {
    return ParseConfiguration(preset->toml, fmt::format("preset {}", preset->name), settings);
  }
  auto text = ReadFile(std::filesystem::path(file_or_preset));
  if (!text) return tl::unexpected(text.error());
  return ParseConfiguration(*text, file_or_preset, settings);
}

}  // namespace mhc
