# Makes one page of the files of a folder, and C++ of it:
#
#   cmake -D FOLDER=apps/mf-serve/page -D OUT=page.cpp -P embed_page.cmake
#
# page.css, page.js and list.js are put where index.html refers to them. The page's
# Content-Security-Policy names them by their hashes, so that nothing else is run, whatever a title
# or an answer holds.
cmake_minimum_required(VERSION 3.22)

set(files page.css page.js list.js)
foreach(name IN ITEMS index.html ${files})
  file(READ "${FOLDER}/${name}" ${name})
  # What the C++ below is bounded by.
  if("${${name}}" MATCHES "\\)page\"")
    message(FATAL_ERROR "${FOLDER}/${name} holds )page\"")
  endif()
endforeach()
set(page "${index.html}")

# Replaces `reference`, which the page has once, by `element` around `text`. (No macro: `text` may
# hold what looks like variables.)
function(put_in reference element text)
  string(FIND "${page}" "${reference}" first)
  string(FIND "${page}" "${reference}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "${FOLDER}/index.html must have this once: ${reference}")
  endif()
  string(REPLACE "${reference}" "<${element}>${text}</${element}>" page "${page}")
  set(page "${page}" PARENT_SCOPE)
endfunction()
put_in("<link rel=\"stylesheet\" href=\"page.css\">" style "${page.css}")
put_in("<script src=\"page.js\"></script>" script "${page.js}")
put_in("<script src=\"list.js\"></script>" script "${list.js}")

# 'sha256-...' of `text`, in the base64 that policies want: of six hexadecimal digits four signs.
function(source_of text result)
  set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  string(SHA256 hash "${text}")
  set(base64 "")
  foreach(at RANGE 0 60 6)
    string(SUBSTRING "${hash}00" ${at} 6 digits)
    foreach(shift 18 12 6 0)
      math(EXPR sign "(0x${digits} >> ${shift}) & 63")
      string(SUBSTRING ${alphabet} ${sign} 1 sign)
      string(APPEND base64 ${sign})
    endforeach()
  endforeach()
  # The last of the 33 bytes was none of the hash's 32.
  string(SUBSTRING ${base64} 0 43 base64)
  set(${result} "'sha256-${base64}='" PARENT_SCOPE)
endfunction()
foreach(name IN LISTS files)
  source_of("${${name}}" source_${name})
endforeach()

file(WRITE "${OUT}" "// Made by cmake/embed_page.cmake of ${FOLDER}.
#include \"mf-serve/page.hpp\"

namespace mfpar::apps {

const char* const kPage = R\"page(${page})page\";

const char* const kPagePolicy =
    \"default-src 'none'; connect-src 'self'; img-src data:; style-src ${source_page.css}; \"
    \"script-src ${source_page.js} ${source_list.js}; \"
    \"base-uri 'none'; form-action 'none'; frame-ancestors 'none'\";

}  // namespace mfpar::apps
")
