# The site, in docs/html of the build: cmake --build ... --target docs. A warning is an error.
find_package(Doxygen QUIET)
find_program(MFPAR_SITE_PYTHON python3)
mark_as_advanced(MFPAR_SITE_PYTHON)
if(NOT DOXYGEN_FOUND OR NOT MFPAR_SITE_PYTHON)
  message(STATUS "No target docs: it needs doxygen and python3")
  return()
endif()

set(site_input "")
foreach(
  page
  README.md
  apps/TUTORIAL.md
  apps/README.md
  apps/DATA.md
  apps/TRAIN.md
  apps/TUNE.md
  apps/EVAL.md
  apps/RECOMMEND.md
  apps/FOLD_IN.md
  apps/SERVE.md
  apps/LOG.md
  apps/COMING_FROM.md
  lib/USING.md
  lib/include/mfpar
  lib/python/README.md
  lib/FORMAT.md
  lib/INTERCHANGE.md
  lib/README.md
  bench/README.md
  CONTRIBUTING.md
  CHANGELOG.md)
  list(APPEND site_input "\"${PROJECT_SOURCE_DIR}/${page}\"")
endforeach()
list(APPEND site_input "\"${PROJECT_BINARY_DIR}/lib/include/mfpar\"")
list(JOIN site_input " " MFPAR_SITE_INPUT)
set(MFPAR_SITE_PICTURES "")
foreach(picture apps/mf-serve/page/screenshot.png apps/report.png)
  string(APPEND MFPAR_SITE_PICTURES " \"${PROJECT_SOURCE_DIR}/${picture}\"")
endforeach()

configure_file(cmake/site/Doxyfile.in Doxyfile @ONLY)
add_custom_target(docs COMMAND ${DOXYGEN_EXECUTABLE} ${PROJECT_BINARY_DIR}/Doxyfile VERBATIM)
