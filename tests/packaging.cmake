# What is built, packed and installed, looked at from outside. Not of builds with sanitizers, which are
# for nobody to install; what needs a tool is left out, with a message, where the tool is missing.

# The test `name` runs a script of this folder; `tool` is what it needs besides.
function(mfpar_script_test name tool script)
  find_program(MFPAR_${tool} ${tool})
  mark_as_advanced(MFPAR_${tool})
  if(NOT MFPAR_${tool})
    message(STATUS "The test ${name} is left out: there is no ${tool}")
    return()
  endif()
  add_test(NAME ${name} COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/${script} ${ARGN})
  set_tests_properties(${name} PROPERTIES ENVIRONMENT
                       "CXX=${CMAKE_CXX_COMPILER};CMAKE_GENERATOR=${CMAKE_GENERATOR}")
endfunction()

mfpar_script_test(exported_symbols nm exported_symbols.sh $<TARGET_FILE:mfpar_shared>
                  ${PROJECT_SOURCE_DIR}/lib/include/mfpar)
if(MFPAR_BUILD_APPS)
  mfpar_script_test(pages bash pages.sh ${PROJECT_BINARY_DIR})
  mfpar_script_test(packages dpkg-shlibdeps packages.sh ${PROJECT_BINARY_DIR})
endif()
if(TARGET docs)
  # Not by way of the target: two builds at once in one folder get in each other's way.
  add_test(NAME docs COMMAND ${DOXYGEN_EXECUTABLE} ${PROJECT_BINARY_DIR}/lib/Doxyfile)
else()
  message(STATUS "The test docs is left out: there is no doxygen")
endif()

# Consumers of what is installed, and moved afterwards.
set(stage ${CMAKE_CURRENT_BINARY_DIR}/stage)
mfpar_script_test(install bash consumer/install.sh ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR} ${stage})
set_tests_properties(install PROPERTIES FIXTURES_SETUP installed)
function(mfpar_consumer_test way tool)
  mfpar_script_test(consumer_${way} ${tool} consumer/run.sh ${way}
                    ${CMAKE_CURRENT_BINARY_DIR}/consumer/${way} ${ARGN})
endfunction()
foreach(way any shared static)
  mfpar_consumer_test(${way} cmake ${stage}/moved)
endforeach()
foreach(way pkg-config pkg-config-static)
  mfpar_consumer_test(${way} pkg-config ${stage}/moved)
endforeach()
foreach(way any shared static pkg-config pkg-config-static)
  if(TEST consumer_${way})
    set_tests_properties(consumer_${way} PROPERTIES FIXTURES_REQUIRED installed)
  endif()
endforeach()

mfpar_consumer_test(subdirectory cmake ${PROJECT_SOURCE_DIR})
