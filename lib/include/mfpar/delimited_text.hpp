// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/export.hpp"

namespace mfpar {

/// Rows of fields, as a text file that fits into memory holds them: titles of items, lists of ids.
/// The header, where there is one, is the first row.
struct DelimitedText {
  std::string name;  ///< the path, or "standard input"
  std::string delimiter;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::uint64_t> lines;  ///< where each row begins, 1-based
  std::vector<std::string> notes;    ///< what was done to read it, such as "is not UTF-8, and ..."

  /// "movies.csv:7: ", for messages. REQUIRES: row < rows.size().
  std::string place(std::size_t row) const {
    return name + ':' + std::to_string(lines[row]) + ": ";
  }
};

/// Reads `path`, plain, gzip or zstd, or standard input for "-". Fields are cut as by
/// read_ratings(), by the same delimiters; rows may differ in length, and empty lines are passed
/// over. An empty `delimiter` stands for the one that cuts most of the first lines into the same
/// number of fields, two at least; a tab where none does. Lines of comments at the beginning,
/// "sep=;", lone CRs and UTF-16 are read as read_ratings() reads them, and what is not UTF-8 is
/// read as Windows-1252, with a note. Throws Error(kBadOption) for an unknown delimiter,
/// Error(kSystem) when the file cannot be read, Error(kBadData) for what is not text, and with the
/// line where one cannot be cut. Safe to call from many threads at once.
MFPAR_API DelimitedText read_delimited(const std::string& path, const std::string& delimiter = "");

/// The column whose name is well known for ids of items ("movieId", "asin", ...), 0-based; nothing
/// where there is none.
MFPAR_API std::optional<std::size_t> find_item_column(std::span<const std::string> header);

}  // namespace mfpar
