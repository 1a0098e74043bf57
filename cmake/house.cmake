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
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()
if(MHC_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

add_library(mhc_warnings INTERFACE)
target_compile_options(mhc_warnings INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
                       $<$<BOOL:${MHC_WERROR}>:-Werror>)

# mhc_room(NAME FOLDER PUBLIC|PRIVATE LIBRARIES…): a library of all sources below a folder.
function(mhc_room name folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cc" "${folder}/*.h")
  add_library(${name} STATIC ${sources})
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(${name} ${ARGN} PRIVATE mhc_warnings)
endfunction()

# mhc_program(NAME FOLDER LIBRARIES…): an executable in bin/.
function(mhc_program name folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cc" "${folder}/*.h")
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ARGN} mhc_warnings)
endfunction()

# mhc_tests(NAME FOLDER [SERIAL] LIBRARIES…): every *.cc below a folder of tests/ as one GoogleTest
# program. SERIAL: its tests take all cores, and run while no other does.
function(mhc_tests name folder)
  cmake_parse_arguments(PARSE_ARGV 2 tests "SERIAL" "" "")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cc" "${folder}/*.h")
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${tests_UNPARSED_ARGUMENTS} mhc_warnings GTest::gmock
                        GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE MHC_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             MHC_BINARY_DIR="${CMAKE_BINARY_DIR}")
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 120
                       PROPERTIES TIMEOUT 1800 ENVIRONMENT "GOMP_SPINCOUNT=5000" RUN_SERIAL "${tests_SERIAL}")
endfunction()
