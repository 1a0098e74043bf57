# mhc_embed_texts(TARGET FOLDER ENDING HEADER FUNCTION ROW [FIRST…]): the texts of a folder, compiled
# in, so that every program has them wherever it is installed. HEADER declares
#   struct ROW { std::string_view name, text; };  const std::vector<ROW>& FUNCTION();
# Those named in FIRST come first, in that order: that in which a person should meet them.
function(mhc_embed_texts target folder ending header function row)
  file(GLOB others CONFIGURE_DEPENDS "${folder}/*.${ending}")
  set(texts "")
  foreach(name ${ARGN})
    list(APPEND texts "${CMAKE_SOURCE_DIR}/${folder}/${name}.${ending}")
  endforeach()
  if(texts)
    list(REMOVE_ITEM others ${texts})
  endif()
  list(APPEND texts ${others})
  set(rows "")
  foreach(file ${texts})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    get_filename_component(name "${file}" NAME_WE)
    file(READ "${file}" text)
    string(APPEND rows "      {\"${name}\", R\"TEXT(${text})TEXT\"},\n")
  endforeach()
  set(output "${CMAKE_BINARY_DIR}/${function}.cc")
  file(CONFIGURE OUTPUT "${output}" @ONLY CONTENT
"// Made from @folder@; do not edit.
#include \"@header@\"

namespace mhc {

const std::vector<@row@>& @function@() {
  static const std::vector<@row@> texts = {
@rows@  };
  return texts;
}

}  // namespace mhc
")
  target_sources(${target} PRIVATE "${output}")
endfunction()
