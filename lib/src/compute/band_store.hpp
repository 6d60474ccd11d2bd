// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "compute/kernels/sgd_pass.hpp"
#include "compute/rating_statistics.hpp"
#include "compute/training_grid.hpp"
#include "mfpar/item_lists.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// Ratings in the order that training walks: bands of users, small enough for their rows to stay in
/// a core's part of the caches, and within a band by item, so that an item's row is loaded once for
/// all its users there. A band is cut into panels of items; blocks of different bands and panels
/// share no row. The grid depends on what the constructor is given except the workers.
/// Immutable; safe from any number of threads.
class BandStore {
 public:
  /// The panels of the grid of `ratings`.
  static std::uint32_t panels_of(const RatingStore& ratings);

  /// Sorts `ratings` anew, in their own memory where they are moved in and held by nobody else.
  /// They may be a part of what the grid was cut for, that of some bands: the others are empty.
  BandStore(RatingStore ratings, const RatingScale& scale, Loss loss, TrainingGrid grid,
            const Workers& workers);

  /// By the grid of cut_grid().
  BandStore(RatingStore ratings, const RatingStatistics& statistics, Loss loss, std::uint32_t rank,
            std::uint32_t in_step, const Workers& workers);

  std::uint32_t user_count() const noexcept { return users_; }
  std::uint64_t size() const noexcept { return offsets_.span().back(); }
  bool is_compact() const noexcept { return wide_.span.empty(); }
  std::uint32_t bands() const noexcept { return static_cast<std::uint32_t>(bands_.size()); }
  std::uint32_t panels() const noexcept { return panels_; }

  /// The users of a band.
  Range users(std::uint32_t band) const {
    return {bands_[band].first_user, std::size_t{bands_[band].first_user} + bands_[band].users};
  }

  /// Which targets the values of runs are: those of training, or those of a model's scores.
  enum class Targets { kTraining, kModel };

  /// The ratings of a band, or a block of it, as runs: fixed rows are items, moving rows are users.
  RatingRuns band(std::uint32_t band, Targets targets = Targets::kTraining) const;
  RatingRuns block(std::uint32_t band, std::uint32_t panel) const;

  /// Who rated what, in the memory of the ratings.
  ItemLists into_item_lists(const Workers& workers) &&;

 private:
  struct Band {
    std::uint32_t first_user = 0;
    std::uint32_t users = 0;
    std::uint64_t begin = 0;                  ///< position of its first entry
    std::vector<std::uint32_t> items;         ///< of each run, ascending
    std::vector<std::uint64_t> offsets;       ///< runs + 1 positions, from `begin` on
    std::vector<std::uint32_t> panel_begins;  ///< panels + 1 positions in `items`
  };

  template <class Entry>
  void sort(std::span<Entry> all, std::span<const std::uint32_t> panels, std::uint32_t item_count,
            const Workers& workers);
  RatingRuns runs(const Band& band, std::uint32_t first, std::uint32_t last, Targets targets) const;

  /// How ratings become targets, and the targets of all codes.
  struct Values {
    TargetScale scale;
    std::vector<float> by_code;
  };

  std::uint32_t users_ = 0;
  std::uint32_t panels_ = 0;
  FrozenArray<std::uint64_t> offsets_;  ///< of the users, as in the RatingStore
  Values training_;
  Values model_;
  ThawedArray<std::uint32_t> compact_;        ///< pack(user - first_user, code)
  ThawedArray<RatingStore::WideEntry> wide_;  ///< {user - first_user, value}
  std::vector<Band> bands_;
};

}  // namespace mfpar
