// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/read_ratings.hpp"

namespace mfpar {

/// The first lines of a text, cut by one delimiter. A line that cannot be cut has no fields.
struct TextSample {
  std::string_view delimiter;  ///< empty where none was found
  Quote quote = Quote::kRfc;
  std::vector<std::vector<std::string>> lines;
  struct End {
    std::size_t offset = 0;       ///< where the next line begins
    std::size_t line_breaks = 0;  ///< before that
  };
  std::vector<End> ends;       ///< of the lines
  std::size_t first_line = 0;  ///< empty lines before the first
  std::size_t usual_fields = 0;
  std::size_t usual_lines = 0;  ///< that have so many
  std::size_t bare_quotes = 0;  ///< fields that begin with a quote which does not enclose them
};

/// Cuts the first lines of `text`, or of all of it if `is_whole`, by `delimiter` and `quote`, or
/// where these are empty and kDetect by those that cut most lines into the same number of fields,
/// `min_fields` at least; of equals the first of :: tab , ; | blanks. Fields are counted in lines
/// with `min_fields` at least, if there are any.
TextSample take_sample(std::string_view text, bool is_whole, std::string_view delimiter,
                       Quote quote, std::size_t min_fields);

/// The delimiter that `asked` stands for: "," "\t" "::" ";" "|" or " ", or another character that
/// is no letter, digit, quote, point, sign or line end. Throws Error(kBadOption) for others.
std::string_view checked_delimiter(std::string_view asked);

}  // namespace mfpar
