// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/item_lists.hpp"
#include "mfpar/ranking_baselines.hpp"

namespace mfpar {

/// EASE, the embarrassingly shallow autoencoder of Steck (2019): the strongest of the lists that
/// need no factors, for catalogues or circles of users that are small. X says who has what, users x
/// items of 0 and 1; an item's score for a user is the sum of what the user's items say about it,
/// x B, where B has a zero diagonal and is the minimum of
///
///   |X - X B|^2 + penalty |B|^2,
///
/// which is B_ij = -P_ij / P_jj with P = (X'X + penalty I)^-1. Where there are fewer users than
/// items, P is not made, but stands in (XX' + penalty I)^-1 (Sherman, Morrison, Woodbury): exact,
/// too. Scores are about 1 for what a user is sure to have, about 0 else, and may be below 0.
///
/// A baseline to measure by, not a model: what it keeps is the square of what is fewer, users or
/// items. Immutable; safe from any number of threads.
class MFPAR_API Ease {
 public:
  /// Users or items, whichever are fewer, may not be more.
  static constexpr std::uint32_t kMostRows = 20'000;

  /// Bytes that an Ease of so many users and items takes: 8 for each cell of the square of the
  /// smaller number; about 3 GiB at most. What is needed beside it is small.
  static std::uint64_t bytes(std::uint64_t users, std::uint64_t items) noexcept;

  /// Learns from these users' lists, whose memory it shares, of items below `items`. Takes, besides
  /// the time to count, min(users, items)^3 additions and multiplications. `threads` 0 is all
  /// cores; the result does not depend on it. Throws Error(kBadOption) for a penalty that is not
  /// from 0.01 to 1,000,000,000, and where users and items are both more than kMostRows;
  /// Error(kSystem) where memory is short.
  Ease(ItemLists lists, ItemIndex items, double penalty, int threads = 0);
  ~Ease();
  Ease(Ease&&) noexcept;
  Ease& operator=(Ease&&) noexcept;

  /// The scores of all items for each user, users.size() x items, in single precision; minus
  /// infinity for what cannot be listed: what the user has or is to be left out, items that nobody
  /// has, and everything for a user who has nothing. Takes, for each user, time linear in the items
  /// that the user has x items, or in users^2 where these are fewer.
  std::vector<float> scores(std::span<const RankingBaselines::User> users, int threads = 0) const;

 private:
  struct MFPAR_HIDDEN Impl;
  std::unique_ptr<const Impl> impl_;
};

/// The `top` items of highest score, those of minus infinity left out; of equal ones the smaller
/// index first. Safe from any number of threads.
MFPAR_API std::vector<ItemIndex> best_items(std::span<const float> scores, std::uint32_t top);

}  // namespace mfpar
