# What every target of this project is compiled with; kept on targets, never in global flags.

# Warnings, those named and those for all, and the sanitizers of MFPAR_SANITIZE, for a target of
# ours.
function(mfpar_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                           -Wno-sign-conversion ${ARGN})
  if(MFPAR_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(MFPAR_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${MFPAR_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC $<BUILD_INTERFACE:-fsanitize=${MFPAR_SANITIZE}>)
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
