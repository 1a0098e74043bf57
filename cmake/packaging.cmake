# `installers/from_source package`: an archive that runs where it is unpacked and a Debian package,
# both with the lab, and LibTorch's libraries beside the engine.
set(mhc_libraries "lib/mhc-lab")  # below the prefix
set(mhc_documents "share/doc/mhc-lab")

install(TARGETS mhc RUNTIME DESTINATION bin)
install(FILES README.md CHANGELOG.md LICENSE core/record/FORMAT.md DESTINATION "${mhc_documents}")

# mhc_manual(PROGRAM): its man page, with the version.
function(mhc_manual program)
  configure_file("installers/man/${program}.1" "${CMAKE_BINARY_DIR}/man/${program}.1" @ONLY)
  install(FILES "${CMAKE_BINARY_DIR}/man/${program}.1" DESTINATION share/man/man1)
endfunction()

mhc_manual(mhc)
if(MHC_ENGINE)
  set_target_properties(mhc-engine PROPERTIES INSTALL_RPATH "$ORIGIN/../${mhc_libraries}")
  install(TARGETS mhc-engine RUNTIME DESTINATION bin)
  foreach(library libtorch.so libtorch_cpu.so libc10.so libgomp.so.1)
    install(FILES "${TORCH_INSTALL_PREFIX}/lib/${library}" DESTINATION "${mhc_libraries}")
  endforeach()
  # The archive runs where Highway is not installed.
  find_library(MHC_HIGHWAY_LIBRARY NAMES hwy PATHS "${HIGHWAY_LIBDIR}" REQUIRED)
  file(REAL_PATH "${MHC_HIGHWAY_LIBRARY}" highway_file)
  install(FILES "${highway_file}" DESTINATION "${mhc_libraries}" RENAME libhwy.so.1)
  mhc_manual(mhc-engine)
endif()
if(MHC_LAB)
  install(TARGETS mhclab RUNTIME DESTINATION bin)
  install(FILES installers/desktop/mhclab.desktop DESTINATION share/applications)
  install(FILES installers/desktop/org.mhclab.mhclab.metainfo.xml DESTINATION share/metainfo)
  install(FILES resources/icons/mhclab.svg DESTINATION share/icons/hicolor/scalable/apps)
  mhc_manual(mhclab)
endif()

set(CPACK_GENERATOR TGZ DEB)
set(CPACK_PACKAGE_NAME mhc-lab)
set(CPACK_PACKAGE_VENDOR "mHC Lab")
set(CPACK_PACKAGE_CONTACT "mHC Lab")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Lab for manifold-constrained hyper-connections")
set(CPACK_PACKAGE_DESCRIPTION
    "Trains small decoders with hyper-connections, shows what their mixing matrices
do while they train, and lets their constraint be changed in the middle of a run.")
set(CPACK_RESOURCE_FILE_LICENSE "${CMAKE_SOURCE_DIR}/LICENSE")
set(CPACK_OUTPUT_FILE_PREFIX "${CMAKE_SOURCE_DIR}/dist")
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 2)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "mHC Lab <mhc-lab@localhost>")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# LibTorch is in the package itself.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${TORCH_INSTALL_PREFIX}/lib")
# Software OpenGL and a typeface, which are loaded by name; and the C++ headers, which are the text
# that is trained on where none is named.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libgl1-mesa-dri, fonts-dejavu-core, g++")
include(CPack)
