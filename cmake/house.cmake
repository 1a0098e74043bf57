# What every room, program and test has in common.
set_property(GLOBAL PROPERTY GLOBAL_DEPENDS_NO_CYCLES ON)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
# Assertions guard our own bugs and cost nothing measurable: they stay in release builds.
string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")

find_program(CCACHE ccache)
if(CCACHE)
  # A precompiled header is compared by content; its time stamp changes with every clone.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${CCACHE}")
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
                      "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endif()
if(MHC_SANITIZE)
  # The first fault ends the program.
  add_compile_options(-fsanitize=${MHC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MHC_SANITIZE})
endif()

# mhc_unity(TARGET SOURCES…): with MHC_UNITY, the sources of one folder are compiled together, at most
# a dozen at a time. A build from nothing reads headers less often that way; a changed file costs its
# neighbours, so that a developer's presets leave it off. Names in unnamed namespaces are therefore
# unique within a folder; MHC_APART names the folders that keep their files apart, MHC_TOGETHER those
# that are one with the folders below them.
function(mhc_unity target)
  if(NOT MHC_UNITY)
    return()
  endif()
  foreach(source ${ARGN})
    cmake_path(GET source PARENT_PATH folder)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY "${CMAKE_SOURCE_DIR}")
    if(source MATCHES "\\.cc$" AND NOT folder IN_LIST MHC_APART)
      foreach(room ${MHC_TOGETHER})
        if(folder MATCHES "^${room}/")
          set(folder "${room}")
        endif()
      endforeach()
      string(MAKE_C_IDENTIFIER "${folder}" folder)
      list(APPEND folders "${folder}")
      list(APPEND sources_of_${folder} "${source}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES folders)
  foreach(folder ${folders})
    # Batches of one size, so that no core waits for the longest.
    list(LENGTH sources_of_${folder} count)
    math(EXPR batches "(${count} + 11) / 12")
    set(index 0)
    foreach(source ${sources_of_${folder}})
      math(EXPR batch "${index} * ${batches} / ${count}")
      set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "${folder}_${batch}")
      math(EXPR index "${index} + 1")
    endforeach()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()

# Where files are compiled together, a local name may be that of another file's constant.
add_library(mhc_warnings INTERFACE)
target_compile_options(mhc_warnings INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wnon-virtual-dtor>"
                       $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<NOT:$<BOOL:${MHC_UNITY}>>>:-Wshadow>
                       $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${MHC_WERROR}>>:-Werror>)

# mhc_room(NAME FOLDER PUBLIC|PRIVATE LIBRARIES…): a library of all sources below a folder, but those
# of a part, or of a room in it that was made before.
function(mhc_room name folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cc" "${folder}/*.h")
  get_property(parted GLOBAL PROPERTY MHC_PARTED)
  list(REMOVE_ITEM sources ${parted} "")
  set_property(GLOBAL APPEND PROPERTY MHC_PARTED ${sources})
  add_library(${name} STATIC ${sources})
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  mhc_unity(${name} ${sources})
  target_link_libraries(${name} ${ARGN} PRIVATE mhc_warnings)
endfunction()

# mhc_part(NAME FOLDER FILES LIBRARIES…): those pairs of a folder's files as a library of their own,
# so that they are built where their room is not.
function(mhc_part name folder files)
  set(sources "")
  foreach(file ${files})
    list(APPEND sources "${CMAKE_SOURCE_DIR}/${folder}/${file}.cc" "${CMAKE_SOURCE_DIR}/${folder}/${file}.h")
  endforeach()
  set_property(GLOBAL APPEND PROPERTY MHC_PARTED ${sources})
  add_library(${name} STATIC ${sources})
  mhc_unity(${name} ${sources})
  target_link_libraries(${name} PUBLIC ${ARGN} PRIVATE mhc_warnings)
endfunction()

# mhc_program(NAME FOLDER LIBRARIES…): an executable in bin/.
function(mhc_program name folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cc" "${folder}/*.h")
  add_executable(${name} ${sources})
  mhc_unity(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ARGN} mhc_warnings)
endfunction()

# mhc_tests(NAME FOLDER [SERIAL] [MAIN FILE] [APART FOLDERS] LIBRARIES…): every *.cc below a folder of
# tests/ as one GoogleTest program. MAIN is its main function where that is not GoogleTest's; APART
# are folders below it ("one|other") that are programs of their own. SERIAL: its tests take all
# cores, and run while no other does.
function(mhc_tests name folder)
  cmake_parse_arguments(PARSE_ARGV 2 tests "SERIAL" "MAIN;APART" "")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cc" "${folder}/*.h")
  if(tests_APART)
    list(FILTER sources EXCLUDE REGEX "/${folder}/(${tests_APART})/")
  endif()
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources} ${tests_MAIN})
  mhc_unity(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${tests_UNPARSED_ARGUMENTS} mhc_warnings GTest::gmock
                        GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE MHC_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             MHC_BINARY_DIR="${CMAKE_BINARY_DIR}")
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 120
                       PROPERTIES TIMEOUT 1800 ENVIRONMENT "GOMP_SPINCOUNT=5000" RUN_SERIAL "${tests_SERIAL}")
endfunction()
