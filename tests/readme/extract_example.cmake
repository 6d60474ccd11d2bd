# Writes the first C++ example below a heading of a page into OUT:
# cmake -DPAGE=... -DHEADING=... -DOUT=... -P extract_example.cmake
file(READ "${PAGE}" text)
string(FIND "${text}" "\n## ${HEADING}\n" at)
if(NOT at EQUAL -1)
  string(SUBSTRING "${text}" ${at} -1 below)
endif()
if(NOT below MATCHES "\n```cpp\n([^`]*)```\n")
  message(FATAL_ERROR "${PAGE}: there is no C++ example below '${HEADING}'")
endif()
file(WRITE "${OUT}" "${CMAKE_MATCH_1}")
