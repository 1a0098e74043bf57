# mhc_embed_presets(TARGET FOLDER): the presets' TOML text, compiled in, so that every program has
# them wherever it is installed.
function(mhc_embed_presets target folder)
  file(GLOB others CONFIGURE_DEPENDS "${folder}/*.toml")
  # In the order in which a person should meet them; one that is not named here comes last.
  set(presets "")
  foreach(name default tiny arithmetic deep bench)
    list(APPEND presets "${CMAKE_SOURCE_DIR}/${folder}/${name}.toml")
  endforeach()
  list(REMOVE_ITEM others ${presets})
  list(APPEND presets ${others})
  set(rows "")
  foreach(preset ${presets})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${preset}")
    get_filename_component(name "${preset}" NAME_WE)
    file(READ "${preset}" text)
    string(APPEND rows "    {\"${name}\", R\"TOML(${text})TOML\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/presets_data.cc" @ONLY CONTENT
"// Made from @folder@; do not edit.
#include \"core/record/presets.h\"

namespace mhc {

const std::vector<PresetText>& PresetTexts() {
  static const std::vector<PresetText> texts = {
@rows@  };
  return texts;
}

}  // namespace mhc
")
  target_sources(${target} PRIVATE "${CMAKE_BINARY_DIR}/presets_data.cc")
endfunction()
