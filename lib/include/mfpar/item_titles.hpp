// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/frozen_array.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// What is known of items in words: a title and further columns, such as genres. Immutable, copies
/// share the memory; safe from any number of threads.
class MFPAR_API ItemTitles {
 public:
  /// Row by row: the texts of the first item, of the second, ...
  struct Parts {
    std::vector<std::string> columns;    ///< their names, the title's first
    FrozenArray<std::uint64_t> offsets;  ///< where each text begins, and last where the last ends
    FrozenArray<char> text;
  };

  /// Nothing is known.
  ItemTitles() = default;

  /// Throws Error(kBadFile) where offsets are no whole rows of `columns`, descend or do not cover
  /// the text.
  explicit ItemTitles(Parts parts);

  bool empty() const noexcept { return parts_.columns.empty(); }

  /// The names of all columns, the title's first; none when nothing is known.
  const std::vector<std::string>& columns() const noexcept { return parts_.columns; }

  /// What stands in a column, "" where nothing is known of the item. REQUIRES: column <
  /// columns().size().
  std::string_view text(ItemIndex item, std::size_t column) const noexcept;

  /// The title, or "".
  std::string_view title(ItemIndex item) const noexcept { return empty() ? "" : text(item, 0); }

  /// Which column is called so, case of the letters a to z ignored.
  std::optional<std::size_t> find(std::string_view column) const noexcept;

  /// Of the items that have a row: those behind them have none.
  std::size_t rows() const noexcept {
    return empty() || parts_.offsets.empty() ? 0
                                             : (parts_.offsets.size() - 1) / parts_.columns.size();
  }

  const Parts& parts() const noexcept { return parts_; }

 private:
  Parts parts_;
};

/// What read_item_titles() gives.
struct ReadTitles {
  ItemTitles titles;
  std::vector<std::string> notes;  ///< what was done to read the file, and is worth a word
};

/// Reads `path` (text with or without a header, plain or compressed) for the items with these ids;
/// of those who have several lines, the last one. `columns` names the columns in order,
/// "id,title,genres"; empty: the header does, or else they are id, title, column3, ... The first
/// line is a header when it has a well-known name (id, title, name, movieId, ...), or neither an
/// item of the model nor anything with a digit where ids stand. The ids stand in the column "id",
/// else in one with a well-known name for items, else in the first, unless another has far more of
/// the model's; titles in "title" or "name", else in the first other one. Throws Error(kSystem),
/// Error(kBadData) naming the line, Error(kBadOption).
MFPAR_API ReadTitles read_item_titles(const std::string& path, const std::string& columns,
                                      const IdDictionary& items);

}  // namespace mfpar
