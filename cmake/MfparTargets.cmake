# What every target of this project is compiled with; kept on targets, never in global flags.

# Warnings, those named and those for all, and the sanitizers of MFPAR_SANITIZE, for a target of
# ours.
function(mfpar_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                           -Wno-sign-conversion ${ARGN})
  if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A fixture without linkage is as well where files of tests are compiled as one.
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>)
  endif()
  if(MFPAR_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(MFPAR_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${MFPAR_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all
                                             # What the address sanitizer sees as well.
                                             -fno-sanitize=null,object-size)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      target_compile_options(
        ${target}
        PRIVATE -fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/sanitizers-ignored.txt)
    endif()
    target_link_options(${target} PUBLIC $<BUILD_INTERFACE:-fsanitize=${MFPAR_SANITIZE}>)
  endif()
  if(MFPAR_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# The same, and the language, for a target in C++.
function(mfpar_target_defaults target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  mfpar_warnings(${target})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # False alarms on std::string's operator+ in GCC 12 (GCC bug 105651).
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
endfunction()

# Where CMAKE_UNITY_BUILD is set, as for builds with sanitizers, which take long, compiles the
# sources of each folder of `target` as one. Not so the sources named: their names without linkage
# clash with others' there.
function(mfpar_unity_by_folder target)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    cmake_path(GET source PARENT_PATH folder)
    string(MAKE_C_IDENTIFIER "${folder}" group)
    # So small that most of their time would go into the same headers.
    if(group MATCHES "^src_(base|io|loss|ranking|recommend|synthetic)$")
      set(group src_small)
    endif()
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
  endforeach()
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
endfunction()

# Compiles a text file into `target`, as the std::string_view `symbol` in mfpar::apps, which is made
# before main() begins.
function(mfpar_embed target file symbol)
  cmake_path(ABSOLUTE_PATH file)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded/${symbol}.cpp)
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed.cmake)
  add_custom_command(
    OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -DFILE=${file} -DSYMBOL=${symbol} -DOUT=${source} -P ${script}
    DEPENDS ${file} ${script}
    VERBATIM)
  target_sources(${target} PRIVATE ${source})
  # Each defines a function of its own that is called as the others'.
  set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
