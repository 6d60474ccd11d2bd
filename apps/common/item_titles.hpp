// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/id_dictionary.hpp"
#include "mfpar/types.hpp"

namespace mfpar::apps {

/// What a file says about the items: a title and further columns. Immutable; safe from any number
/// of threads.
class ItemTitles {
 public:
  /// Nothing is known.
  ItemTitles() = default;

  /// Reads `path` (text with or without a header, plain or compressed). `columns` names the columns
  /// in order, "id,title,genres"; empty: the header does, or else they are id, title, column3, ...
  /// The first line is a header when it has a well-known name (id, title, name, movieId, ...), or
  /// neither an item of the model nor anything with a digit where ids stand. The ids stand in the
  /// column "id", else in one with a well-known name for items, else in the first, unless another
  /// has far more of the model's; titles in "title" or "name", else in the first other one. Throws
  /// Error(kSystem), Error(kBadData) naming the line, Error(kBadOption).
  ItemTitles(const std::string& path, const std::string& columns, const IdDictionary& items);

  /// The names of all columns but the ids', the title's first; none when nothing is known.
  const std::vector<std::string>& columns() const noexcept { return columns_; }

  /// What stands in a column, "" where nothing is known of the item. REQUIRES: column <
  /// columns().size().
  const std::string& text(ItemIndex item, std::size_t column) const;

  /// The title, or "".
  const std::string& title(ItemIndex item) const;

  /// Which column is called so, letter case ignored.
  std::optional<std::size_t> find(std::string_view column) const;

  /// The same. Throws Error(kBadOption) naming `option` and the columns where there is none.
  std::size_t require(const std::string& column, const std::string& option) const;

  /// The items whose titles hold `words`, letter case ignored; at most so many.
  std::vector<ItemIndex> titled(std::string_view words, std::size_t most) const;

  /// What was done to read the file, and is worth a word.
  const std::vector<std::string>& notes() const noexcept { return notes_; }

  /// How many of the model's items the file has.
  std::size_t known() const noexcept { return known_; }

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;  // by item; empty where nothing is known
  std::vector<std::string> notes_;
  std::size_t known_ = 0;
};

/// Whether `text` holds `words`, the case of the letters a to z ignored.
bool holds(std::string_view text, std::string_view words);

}  // namespace mfpar::apps
