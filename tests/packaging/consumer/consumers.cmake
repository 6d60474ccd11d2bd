# The consumers of mfpar::mfpar, whichever way it came about. A test of the consumer's own runs
# each.
enable_testing()

# The program and test of one source file beside this one.
function(mfpar_consumer source)
  cmake_path(GET source STEM name)
  add_executable(${name} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${source})
  target_link_libraries(${name} PRIVATE mfpar::mfpar)
  add_test(NAME ${name} COMMAND ${name})
endfunction()

# One line for each; run.sh has the same list for building without CMake.
mfpar_consumer(consumer.cpp)
mfpar_consumer(serving.c)
# It reads the model that the first has saved.
set_tests_properties(serving PROPERTIES DEPENDS consumer)
