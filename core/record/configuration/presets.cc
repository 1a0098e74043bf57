#include "core/record/configuration/presets.h"

namespace mhc {

const PresetText* FindPreset(std::string_view name) {
  for (const PresetText& preset : PresetTexts()) {
    if (preset.name == name) return &preset;
  }
  return nullptr;
}

std::string PresetSentence(const PresetText& preset) {
  const std::string_view line = preset.toml.substr(0, preset.toml.find('\n'));
  const auto begin = line.find_first_not_of("# ");
  return begin == std::string_view::npos ? std::string() : std::string(line.substr(begin));
}

}  // namespace mhc
