// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace mfpar::apps {

/// Rows of fields, as a small text file holds them, the header (if it has one) first.
struct DelimitedText {
  std::string name;  ///< of the file, for messages
  std::string delimiter;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::uint64_t> lines;  ///< where each row begins, from 1

  /// "movies.csv:7: ".
  std::string place(std::size_t row) const {
    return name + ':' + std::to_string(lines[row]) + ": ";
  }
};

/// The text of a file, plain or compressed, or of standard input for "-", up to so many bytes.
/// Throws Error(kSystem), Error(kBadData).
std::string read_text(const std::string& path,
                      std::size_t most_bytes = std::numeric_limits<std::size_t>::max());

/// What messages call a file.
std::string name_of_input(const std::string& path);

/// Cuts `text` by the rules of read_ratings() for quotes and blanks; empty lines are passed over. An empty
/// `delimiter` stands for the one that cuts most of the first lines into the same number of fields, two
/// at least; where none does, each line is a field. Without `is_whole` a last line that is unfinished is
/// left out. Throws Error(kBadData) for a line that cannot be cut.
DelimitedText cut_text(std::string_view text, const std::string& name, const std::string& delimiter,
                       bool is_whole = true);

}  // namespace mfpar::apps
