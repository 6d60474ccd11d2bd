// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <cstdlib>

#include "mfpar/error.hpp"

namespace mfpar::fuzz {

/// Ends the process unless `holds`.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

/// Whether `read` ends without an Error. Of what is in memory none may be the system's fault.
template <class Read>
bool succeeds(const Read& read) {
  try {
    read();
    return true;
  } catch (const Error& e) {
    require(*e.what() != '\0', "an error says why");
    require(e.code() == ErrorCode::kBadData || e.code() == ErrorCode::kBadFile ||
                e.code() == ErrorCode::kBadOption,
            "the input is to blame");
    return false;
  }
}

}  // namespace mfpar::fuzz
