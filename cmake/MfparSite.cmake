# The site, in docs/html of the build: cmake --build ... --target docs. A warning is an error.
find_package(Doxygen QUIET)
find_program(MFPAR_SITE_PYTHON python3)
mark_as_advanced(MFPAR_SITE_PYTHON)
if(NOT DOXYGEN_FOUND OR NOT MFPAR_SITE_PYTHON)
  message(STATUS "No target docs: it needs doxygen and python3")
  return()
endif()

set(pages
    README.md
    apps/TUTORIAL.md
    apps/README.md
    apps/DATA.md
    apps/TRAIN.md
    apps/MPI.md
    apps/TUNE.md
    apps/EVAL.md
    apps/REPORT.md
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
    tests/faults/README.md
    tests/fuzz/README.md
    tests/schedules/README.md
    CHANGELOG.md)
# Those that are named nowhere come last.
file(
  GLOB others
  RELATIVE ${PROJECT_SOURCE_DIR}
  CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/apps/*.md ${PROJECT_SOURCE_DIR}/lib/*.md)
list(APPEND pages ${others})
list(REMOVE_DUPLICATES pages)
set(site_input "")
foreach(page ${pages})
  if(EXISTS ${PROJECT_SOURCE_DIR}/${page})
    list(APPEND site_input "\"${PROJECT_SOURCE_DIR}/${page}\"")
  endif()
endforeach()
list(APPEND site_input "\"${PROJECT_BINARY_DIR}/lib/include/mfpar\"")
list(JOIN site_input " " MFPAR_SITE_INPUT)
set(MFPAR_SITE_PICTURES "")
foreach(picture apps/mf-serve/page/screenshot.png apps/report.png)
  if(EXISTS ${PROJECT_SOURCE_DIR}/${picture})
    string(APPEND MFPAR_SITE_PICTURES " \"${PROJECT_SOURCE_DIR}/${picture}\"")
  endif()
endforeach()

configure_file(cmake/site/Doxyfile.in Doxyfile @ONLY)
add_custom_target(docs COMMAND ${DOXYGEN_EXECUTABLE} ${PROJECT_BINARY_DIR}/Doxyfile VERBATIM)
