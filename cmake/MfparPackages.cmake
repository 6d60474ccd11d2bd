# Debian packages, by cpack: libmfpar0 with the shared library, libmfpar-dev with what is compiled
# against, mfpar-tools with the programs, mfpar-mpi with what mf-train loads under MPI,
# python3-mfpar with the Python package. The preset package lays files out as Debian does.
set(MFPAR_MAINTAINER "The mfpar authors <mfpar@mfpar.example>"
    CACHE STRING "Who maintains the packages: NAME <ADDRESS>")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # every package has its own
set(CPACK_PACKAGE_CONTACT "${MFPAR_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SOURCE mfpar)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")

set(about
    "mfpar learns from ratings: who rated what and how. By matrix factorisation
it finds a few numbers for every user and item whose products predict the
ratings nobody has given yet, on all cores of one machine.")

# One binary package, of an install component; the rest are fields of its control file by name.
function(mfpar_package component package summary text)
  string(TOUPPER ${component} prefix)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} PARENT_SCOPE)
  set(CPACK_DEBIAN_${prefix}_PACKAGE_NAME ${package} PARENT_SCOPE)
  set(CPACK_DEBIAN_${prefix}_DESCRIPTION "${summary}\n${about}\n.\n${text}" PARENT_SCOPE)
  while(ARGN)
    list(POP_FRONT ARGN field value)
    set(CPACK_DEBIAN_${prefix}_PACKAGE_${field} "${value}" PARENT_SCOPE)
  endwhile()
endfunction()

set(CPACK_COMPONENTS_ALL "")
mfpar_package(
  runtime libmfpar0 "matrix factorisation of ratings, shared library"
  "This package holds the shared library."
  SECTION libs
  SHLIBDEPS ON
  CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/debian/triggers)
mfpar_package(
  development libmfpar-dev "matrix factorisation of ratings, development files"
  "This package holds headers, the static library, and what CMake and
pkg-config need. The packages it recommends are for linking statically."
  SECTION libdevel
  DEPENDS "libmfpar0 (= ${PROJECT_VERSION})"
  RECOMMENDS "libboost-iostreams-dev, libtbb-dev, libxxhash-dev, zlib1g-dev")
if(MFPAR_BUILD_APPS)
  mfpar_package(
    programs mfpar-tools "matrix factorisation of ratings, programs"
    "This package holds the programs, which train models, evaluate them, and
look after files of ratings."
    SECTION math
    SHLIBDEPS ON)
endif()
if(TARGET mfpar_mpi)
  mfpar_package(
    mpi mfpar-mpi "matrix factorisation of ratings, on several machines"
    "This package holds the plug-in by which mf-train, started by mpirun or
srun, trains one model on several machines."
    SECTION math
    SHLIBDEPS ON
    DEPENDS "mfpar-tools (= ${PROJECT_VERSION})"
    RECOMMENDS "openmpi-bin")
endif()
if(TARGET mfpar_python)
  mfpar_package(
    python python3-mfpar "matrix factorisation of ratings, for Python"
    "This package holds the Python package mfpar, for arrays of NumPy, sparse
matrices of SciPy and frames of pandas, an estimator as scikit-learn's are."
    SECTION python
    SHLIBDEPS ON
    DEPENDS "${MFPAR_PYTHON_DEPENDS}, python3-numpy"
    RECOMMENDS "python3-sklearn"
    SUGGESTS "python3-pandas")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA
      ${PROJECT_SOURCE_DIR}/cmake/debian/python/postinst
      ${PROJECT_SOURCE_DIR}/cmake/debian/python/prerm)
endif()

# What only Debian wants is added to the staged files.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(READ LICENSE license)
string(REGEX REPLACE "^MIT License\n+Copyright \\(c\\) ([^\n]*)\n+" "" license "${license}")
set(copyright ${CMAKE_MATCH_1})
string(REGEX REPLACE "\n+$" "" license "${license}")
string(REPLACE "\n\n" "\n.\n" license "${license}")
string(REGEX REPLACE "\n" "\n " license "\n${license}")
configure_file(cmake/debian/copyright.in debian/copyright @ONLY)
configure_file(cmake/debian/changelog.in debian/changelog @ONLY)
configure_file(cmake/debian/finish.cmake.in debian/finish.cmake @ONLY)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_BINARY_DIR}/debian/finish.cmake)

include(CPack)
