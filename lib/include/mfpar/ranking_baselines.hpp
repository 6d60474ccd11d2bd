// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/item_lists.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// Lists that need no model, from who has which items alone: what the lists of a model must beat.
/// Where items are equal the one of smaller index stands first. Immutable; safe from any number of
/// threads.
class MFPAR_API RankingBaselines {
 public:
  /// Learns from these users' lists, whose memory it shares, of items below `items`. Takes 4 bytes
  /// more for each item of a list.
  RankingBaselines(ItemLists lists, ItemIndex items);

  /// Who a list is for. Looks at memory of others.
  struct User {
    std::span<const ItemIndex> has = {};       ///< ascending; never listed
    std::span<const ItemIndex> left_out = {};  ///< ascending; not listed either, and nothing else
  };

  /// How many users have each item.
  std::span<const std::uint32_t> raters() const noexcept { return raters_; }

  /// For each user the items that most users have, those left out that nobody has.
  std::vector<std::vector<ItemIndex>> most_popular(std::span<const User> users, std::uint32_t top,
                                                   int threads = 0) const;

  /// For each user the items of highest score, the sum over the items j that the user has of the
  /// cosine of the sets of users who have i and who have j,
  ///
  ///   users who have both / sqrt(users who have i * users who have j)
  ///
  /// (Sarwar et al. 2001, on sets and over all j, not some nearest), in single precision by
  /// ascending j; those left out whose score is 0. Takes time linear in users x items they have x
  /// items, and in the sum over the learnt users of the square of how many items they have, for
  /// every block of users whose scores take 256 MiB; memory for these and 64 MiB more, never items
  /// x items. `threads` 0 is all cores; lists do not depend on it.
  std::vector<std::vector<ItemIndex>> by_cosine(std::span<const User> users, std::uint32_t top,
                                                int threads = 0) const;

 private:
  ItemLists lists_;
  std::vector<std::uint32_t> raters_;   // by item
  std::vector<std::uint64_t> offsets_;  // of items in users_
  std::vector<UserIndex> users_;        // who have the item, ascending
  std::vector<ItemIndex> by_raters_;    // those that somebody has, most raters first
};

}  // namespace mfpar
