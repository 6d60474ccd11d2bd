// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace mfpar {

/// What stands in a text of ratings before header and ratings.
struct Preamble {
  std::size_t end = 0;              ///< where it ends
  std::size_t lines = 0;            ///< that it has
  std::string_view delimiter{};     ///< as it says, else empty
  char comment = '\0';              ///< what lines of comments begin with, where there are any
  std::string_view last_comment{};  ///< without that; it may be the header
};

/// Finds a byte order mark, a line such as "sep=;" as spreadsheets know it, and lines of comments
/// that begin with # or %.
Preamble read_preamble(std::string_view text);

}  // namespace mfpar
