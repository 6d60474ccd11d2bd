# What is installed of the library, and how others find it: mfpar-config.cmake for CMake, mfpar.pc
# for all else. No installed file knows where it lies, so that the prefix can be moved.
include(CMakePackageConfigHelpers)

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/mfpar)

foreach(kind shared static)
  install(
    TARGETS mfpar_${kind}
    EXPORT mfpar-${kind}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
            COMPONENT runtime
            NAMELINK_COMPONENT development
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
  install(
    EXPORT mfpar-${kind}
    NAMESPACE mfpar::
    DESTINATION ${config_folder}
    COMPONENT development)
endforeach()

install(
  DIRECTORY include/mfpar ${CMAKE_CURRENT_BINARY_DIR}/include/mfpar
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT development
  FILES_MATCHING
  PATTERN *.h
  PATTERN *.hpp)

configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/mfpar-config.cmake.in mfpar-config.cmake
  INSTALL_DESTINATION ${config_folder}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(mfpar-config-version.cmake COMPATIBILITY SameMinorVersion)
install(
  FILES ${CMAKE_CURRENT_BINARY_DIR}/mfpar-config.cmake
        ${CMAKE_CURRENT_BINARY_DIR}/mfpar-config-version.cmake
        ${PROJECT_SOURCE_DIR}/cmake/FindxxHash.cmake
  DESTINATION ${config_folder}
  COMPONENT development)

# Folders as seen from where the file lies, or as they are where somebody wants them elsewhere.
cmake_path(IS_ABSOLUTE CMAKE_INSTALL_LIBDIR is_elsewhere)
if(is_elsewhere)
  set(pc_prefix ${CMAKE_INSTALL_PREFIX})
else()
  file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" up ${up})
  set(pc_prefix \${pcfiledir}/${up})
endif()
foreach(folder LIBDIR INCLUDEDIR)
  cmake_path(APPEND pc_${folder} "\${prefix}" ${CMAKE_INSTALL_${folder}})
endforeach()
configure_file(${PROJECT_SOURCE_DIR}/cmake/mfpar.pc.in mfpar.pc @ONLY)
install(
  FILES ${CMAKE_CURRENT_BINARY_DIR}/mfpar.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT development)
