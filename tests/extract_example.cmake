# Writes the C++ example of README into OUT: cmake -DREADME=... -DOUT=... -P extract_example.cmake
file(READ "${README}" text)
if(NOT text MATCHES "\n```cpp\n([^`]*)```\n")
  message(FATAL_ERROR "${README}: there is no C++ example")
endif()
file(WRITE "${OUT}" "${CMAKE_MATCH_1}")
