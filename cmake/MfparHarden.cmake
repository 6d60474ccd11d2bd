# Compiled and linked so that memory written out of bounds ends a program instead of doing what
# somebody else wants.
option(MFPAR_HARDEN "Harden the programs and libraries of optimised builds without sanitizers" ON)
if(MFPAR_HARDEN)
  # Without this, position-independent programs are not linked as such.
  include(CheckPIESupported)
  check_pie_supported(LANGUAGES CXX)
endif()

# For a target that is shipped. Nothing of it reaches those who link the library.
function(mfpar_harden target)
  if(NOT MFPAR_HARDEN OR MFPAR_SANITIZE)
    return()
  endif()
  # Sizes are known to _FORTIFY_SOURCE only where the compiler optimises.
  set(optimised $<CONFIG:Release,RelWithDebInfo,MinSizeRel>)
  target_compile_options(
    ${target} PRIVATE $<${optimised}:-U_FORTIFY_SOURCE> $<${optimised}:-D_FORTIFY_SOURCE=3>
                      $<${optimised}:-fstack-protector-strong>
                      $<${optimised}:-fstack-clash-protection>)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|i.86)$")
    target_compile_options(${target} PRIVATE $<${optimised}:-fcf-protection>)
  endif()
  target_link_options(${target} PRIVATE $<${optimised}:LINKER:-z,relro,-z,now>)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()

# Whether the targets are hardened, for tests.
set(MFPAR_IS_HARDENED OFF)
if(MFPAR_HARDEN AND NOT MFPAR_SANITIZE AND CMAKE_BUILD_TYPE MATCHES
                                           "^(Release|RelWithDebInfo|MinSizeRel)$")
  set(MFPAR_IS_HARDENED ON)
endif()
