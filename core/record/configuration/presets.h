// The presets that ship with the program, compiled in from resources/presets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mhc {

struct PresetText {
  std::string_view name;
  std::string_view toml;  // its first comment line is the sentence that describes it
};

const std::vector<PresetText>& PresetTexts();
// nullptr where there is no preset of that name.
const PresetText* FindPreset(std::string_view name);
// "the first comment line", without the sign.
std::string PresetSentence(const PresetText& preset);

}  // namespace mhc
