// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/item_titles.hpp"
#include "mfpar/id_dictionary.hpp"

namespace mfpar::apps {

/// How much is known of an index: its training ratings.
using RatingCount = std::function<std::size_t(std::uint32_t)>;

/// Finds items by words of their titles. Immutable; safe from any number of threads.
class ItemSearch {
 public:
  /// Takes as much memory again as the titles.
  ItemSearch(const ItemTitles& titles, ItemIndex item_count);

  /// The items whose titles have, for each word of `text`, a word that begins so, letter case and
  /// accents ignored (see folded()); none where it has no words. Those whose titles begin with
  /// `text` come first, of these and of the others those with more ratings. At most `top`.
  std::vector<ItemIndex> find(std::string_view text, std::size_t top,
                              const RatingCount& ratings) const;

 private:
  std::string words_;                // " toy story 1995" of each item, one behind the other
  std::vector<std::size_t> begins_;  // by item, where its words begin; and the end
};

/// The indices of the ids that begin with `text`, the id `text` itself first, then those with more
/// ratings; all where `text` is empty. At most `top`.
std::vector<std::uint32_t> ids_beginning(const IdDictionary& ids, std::string_view text,
                                         std::size_t top, const RatingCount& ratings);

}  // namespace mfpar::apps
