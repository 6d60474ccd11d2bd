// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/read_ratings.hpp"
#include "text/line_fault.hpp"

namespace mfpar {

/// How a ratings file is written.
struct TextFormat {
  static constexpr int kNoColumn = -1;

  std::string delimiter;
  std::size_t field_count = 0;        ///< of every line
  std::array<int, kRoles> columns{};  ///< by Role, 0-based; users and timestamps may have kNoColumn
  bool keeps_timestamps = false;
  bool has_header = false;
  std::size_t body = 0;       ///< where the lines of ratings begin, behind mark and header
  std::size_t body_line = 0;  ///< lines before that
  std::vector<std::string> notes;

  int column(Role role) const noexcept { return columns[static_cast<std::size_t>(role)]; }
};

/// Detects from the beginning of a file how it is written, as far as `options` leave it open.
///
/// - The delimiter is the one that cuts most of the first lines into the same number of fields,
///   three at least; of equals the first of :: tab , ; | blanks.
/// - Every line has as many fields as the header, or as most of the first lines where there is
///   none.
/// - The first line is a header when it names two of the columns by well-known names, or when
///   nothing in it looks like a number; and always when a column is asked for by name.
/// - A column that is not asked for is the one with a well-known name. Where no name is known, the
///   columns are user, item, rating and, if there is a fourth that holds numbers, timestamp; there
///   must be no fifth.
///
/// - Without a column of users (see ReadOptions::single_user) two columns are enough.
///
/// `text` is the beginning of the text, or all of it if `is_whole`; `name` stands for the file in
/// messages. Throws Error(kBadData) when the text is empty or cannot be understood,
/// Error(kBadOption) when an option does not fit it.
TextFormat detect_format(std::string_view text, bool is_whole, const std::string& name,
                         const ReadOptions& options);

/// The delimiter that cuts most of the first lines into the same number of fields, `min_fields` at
/// least; of equals the first of :: tab , ; | blanks. Empty where there is none.
std::string_view detect_delimiter(std::string_view text, bool is_whole, std::size_t min_fields);

/// `asked` as it is known here. Throws Error(kBadOption) for another delimiter than those.
std::string_view checked_delimiter(std::string_view asked);

std::string_view without_byte_order_mark(std::string_view text);

}  // namespace mfpar
