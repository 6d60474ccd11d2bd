// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
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
  Quote quote = Quote::kRfc;
  char comment = '\0';                ///< lines that begin with it are passed over
  std::size_t field_count = 0;        ///< of every line
  std::array<int, kRoles> columns{};  ///< by Role, 0-based; only items always have one
  bool keeps_timestamps = false;
  bool has_header = false;
  std::size_t body = 0;                  ///< where the lines of ratings begin, behind all that
  std::size_t body_line = 0;             ///< lines before that
  std::optional<std::uint64_t> ratings;  ///< how many there are, where the file says so
  std::vector<std::string> notes;

  int column(Role role) const noexcept { return columns[static_cast<std::size_t>(role)]; }
};

/// Detects from the beginning of a file how it is written, as far as `options` leave it open.
///
/// - What stands before header and ratings is passed over: see read_preamble().
/// - The delimiter is the one that cuts most of the first lines into the same number of fields,
///   three at least; of equals the first of :: tab , ; | blanks.
/// - Every line has as many fields as the header, or as most of the first lines where there is
///   none, or where the header has one less, as R writes it, whose rows have names.
/// - The first line is a header when it names two of the columns by well-known names, or when
///   nothing in it looks like a number; and always when a column is asked for by name.
/// - Columns: see choose_columns().
///
/// `text` is the beginning of the text, or all of it if `is_whole`; `name` stands for the file in
/// messages. Throws Error(kBadData) when the text is empty or cannot be understood,
/// Error(kBadOption) when an option does not fit it.
TextFormat detect_format(std::string_view text, bool is_whole, const std::string& name,
                         const ReadOptions& options);

}  // namespace mfpar
