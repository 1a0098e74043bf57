# Finds LibTorch (MHC_LIBTORCH, CMAKE_PREFIX_PATH, or where installers/from_source unpacked it) and
# offers it as mhc_libtorch.
if(DEFINED ENV{MHC_LIBTORCH})
  list(PREPEND CMAKE_PREFIX_PATH "$ENV{MHC_LIBTORCH}")
endif()
if(DEFINED ENV{XDG_CACHE_HOME})
  set(mhc_cache "$ENV{XDG_CACHE_HOME}")
else()
  set(mhc_cache "$ENV{HOME}/.cache")
endif()
list(APPEND CMAKE_PREFIX_PATH "${mhc_cache}/mhc-lab/libtorch-2.13.0/torch")
find_package(Torch REQUIRED)

add_library(mhc_libtorch INTERFACE)
target_link_libraries(mhc_libtorch INTERFACE ${TORCH_LIBRARIES})
# LibTorch brings headers of another fmt than the system's, and no library for them.
target_compile_definitions(mhc_libtorch INTERFACE FMT_HEADER_ONLY)

# Our own parallel loops run on LibTorch's OpenMP runtime: two in one process would fight over the
# threads.
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_file(MHC_OPENMP_RUNTIME NAMES libgomp.so.1 libiomp5.so PATHS "${TORCH_INSTALL_PREFIX}/lib" NO_DEFAULT_PATH)
if(NOT MHC_OPENMP_RUNTIME)
  set(MHC_OPENMP_RUNTIME OpenMP::OpenMP_CXX)
endif()
target_link_libraries(mhc_libtorch INTERFACE "${MHC_OPENMP_RUNTIME}")
