// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/parallel.hpp"
#include "compute/kernels/sgd_pass.hpp"
#include "compute/rating_scale.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// The ratings of a store a second time, cut into a square grid of user bands x item panels and,
/// inside a block, sorted by item: the layout in which no two blocks of different bands and panels
/// share a row. The grid depends on the ratings alone. Immutable; safe from any number of threads.
class BlockStore {
 public:
  /// Bands, and panels, of the grid: enough for 16 threads to find work, few enough for an item's
  /// rows in a block to be worth keeping in registers.
  static constexpr std::uint32_t kMostBands = 16;

  BlockStore(const RatingStore& ratings, const RatingScale& scale, const Workers& workers);

  /// The side of the grid.
  std::uint32_t bands() const noexcept { return bands_; }

  /// The ratings of a block as runs: fixed rows are items, moving rows are users.
  RatingRuns block(std::uint32_t band, std::uint32_t panel) const;

 private:
  /// The ratings of one band of users, by item.
  struct Band {
    std::uint32_t first_user = 0;
    std::vector<std::uint32_t> items;          ///< with at least one rating in the band, ascending
    std::vector<std::uint64_t> offsets;        ///< items + 1 positions in the entries below
    std::vector<std::uint32_t> panel_begins;   ///< panels + 1 positions in `items`
    std::vector<std::uint32_t> compact;        ///< pack(user - first_user, code)
    std::vector<RatingStore::WideEntry> wide;  ///< {user - first_user, value}
  };

  void fill(Band& band, std::uint32_t last_user, const RatingStore& ratings,
            const std::vector<std::uint32_t>& panels) const;

  RatingScale scale_;
  std::uint32_t bands_ = 0;
  std::vector<float> values_;  ///< standardised, by code
  std::vector<Band> parts_;
};

}  // namespace mfpar
