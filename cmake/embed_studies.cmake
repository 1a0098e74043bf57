# mhc_embed_studies(TARGET FOLDER): the texts of the studies, compiled in beside the presets.
function(mhc_embed_studies target folder)
  file(GLOB studies CONFIGURE_DEPENDS "${folder}/*.md")
  set(rows "")
  foreach(study ${studies})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${study}")
    get_filename_component(name "${study}" NAME_WE)
    file(READ "${study}" text)
    string(APPEND rows "      {\"${name}\", R\"STUDY(${text})STUDY\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/studies_data.cc" @ONLY CONTENT
"// Made from @folder@; do not edit.
#include \"core/record/study.h\"

namespace mhc {

const std::vector<StudyText>& StudyTexts() {
  static const std::vector<StudyText> texts = {
@rows@  };
  return texts;
}

}  // namespace mhc
")
  target_sources(${target} PRIVATE "${CMAKE_BINARY_DIR}/studies_data.cc")
endfunction()
