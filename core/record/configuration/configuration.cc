#include "core/record/configuration/configuration.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/record/configuration/configuration_keys.h"
#include "core/record/configuration/event_tables.h"

namespace mhc {

std::int64_t Configuration::SiteCount() const {
  return mixing.connection == "residual" ? 0 : 2 * model.blocks;
}

std::int64_t Configuration::StreamCount() const {
  return mixing.connection == "residual" ? 1 : model.streams;
}

const SiteSettings& Configuration::Site(std::int64_t site) const {
  for (const SiteOverride& entry : site_overrides) {
    if (std::binary_search(entry.sites.begin(), entry.sites.end(), site)) return entry.settings;
  }
  return mixing;
}

bool Configuration::PredictsRead(std::int64_t site) const {
  if (!Site(site).delayed_read) return true;
  return site + 1 < SiteCount() ? Site(site + 1).delayed_read : ReadsOutWithLastRead();
}

bool Configuration::ReadsOutWithLastRead() const {
  return SiteCount() > 0 && Site(SiteCount() - 1).delayed_read && model.readout == "learned";
}

SiteSettings Configuration::SiteAsBuilt(std::int64_t site) const {
  SiteSettings settings = Site(site);
  if (!PredictsRead(site)) settings.read = "fixed";
  return settings;
}

namespace {

std::string WrittenLine(const std::string& key, const Value& value, const std::string& text) {
  std::string line = fmt::format("{} = {}", key, ToToml(value));
  return fmt::format("{:<36} # {}\n", line, text);
}

// The keys of a site, with the options of its constraint after the constraint itself.
std::string SiteText(const SiteSettings& settings) {
  std::string text;
  for (const SiteKey& key : SiteKeys()) {
    text += WrittenLine(key.declaration.key, key.get(settings), key.declaration.text);
    if (key.declaration.key != "constraint") continue;
    for (const Declaration& option : settings.constraint.constraint->options) {
      text +=
          WrittenLine(option.key, settings.constraint.options.values().at(option.key), option.text);
    }
  }
  return text;
}

}  // namespace

std::string ToToml(const Configuration& configuration) {
  std::string text;
  std::string section;
  for (const ConfigurationKey& key : ConfigurationKeys()) {
    const std::string& full = key.declaration.key;
    const auto dot = full.find('.');
    const std::string in = dot == std::string::npos ? "" : full.substr(0, dot);
    if (in != section) {
      section = in;
      text += fmt::format("\n[{}]\n", section);
      if (section == "mixing") text += SiteText(configuration.mixing);
    }
    if (section == "mixing") continue;
    text += WrittenLine(dot == std::string::npos ? full : full.substr(dot + 1),
                        key.get(configuration), key.declaration.text);
  }
  for (const SiteOverride& entry : configuration.site_overrides) {
    text += "\n[[mixing.site]]\nsites = [";
    for (std::size_t i = 0; i < entry.sites.size(); ++i) {
      text += fmt::format("{}{}", i == 0 ? "" : ", ", entry.sites[i]);
    }
    text += "]\n" + SiteText(entry.settings);
  }
  return text + EventTablesToml(configuration);
}

}  // namespace mhc
