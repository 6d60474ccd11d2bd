// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mfpar {

/// What stands in a text of ratings before header and ratings.
struct Preamble {
  std::size_t end = 0;                   ///< where it ends
  std::size_t lines = 0;                 ///< that it has
  std::string_view delimiter{};          ///< as it says, else empty
  std::optional<std::uint64_t> ratings;  ///< how many will follow, where it says so
  char comment = '\0';                   ///< what lines of comments begin with, where there are any
  std::string_view last_comment{};       ///< without that; it may be the header
  bool is_matrix_market = false;
};

/// Finds a byte order mark, a line such as "sep=;" as spreadsheets know it, lines of comments that
/// begin with # or %, and the head of a MatrixMarket file, whose size line it reads. `name` stands
/// for the file in messages. Throws Error(kBadData) for a MatrixMarket file that holds no
/// coordinates with values, with what to do about it.
Preamble read_preamble(std::string_view text, const std::string& name);

}  // namespace mfpar
