// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/parallel.hpp"
#include "compute/bands.hpp"
#include "compute/rating_statistics.hpp"
#include "compute/sort_band.hpp"
#include "compute/training_grid.hpp"
#include "mfpar/item_lists.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// Bands in memory. The grid depends on what the constructor is given except the workers.
class BandStore final : public Bands {
 public:
  /// Sorts `ratings` anew, in their own memory where they are moved in and held by nobody else.
  /// They may be a part of what the grid was cut for, that of some bands: the others are empty.
  BandStore(RatingStore ratings, const RatingScale& scale, Loss loss, TrainingGrid grid,
            const Workers& workers);

  /// By the grid of cut_grid().
  BandStore(RatingStore ratings, const RatingStatistics& statistics, Loss loss, std::uint32_t rank,
            std::uint32_t in_step, const Workers& workers);

  std::uint64_t size() const noexcept { return offsets_.span().back(); }

  /// The ratings of a band, or a block of it.
  RatingRuns band(std::uint32_t band, Targets targets = Targets::kTraining) const;
  RatingRuns block(std::uint32_t band, std::uint32_t panel) const;

  bool is_empty(std::uint32_t band) const override { return runs_[band].items.empty(); }
  std::unique_ptr<Walk> walk(std::vector<Piece> pieces, Targets targets) const override;

  /// In the memory of the ratings.
  ItemLists into_item_lists(const Workers& workers) override;

 private:
  template <class Entry>
  void sort(std::span<Entry> all, const Workers& workers);
  RatingRuns runs(const Piece& piece, Targets targets) const;
  std::uint64_t begin(std::uint32_t band) const { return offsets_[grid().first_user(band)]; }

  FrozenArray<std::uint64_t> offsets_;        ///< of the users, as in the RatingStore
  ThawedArray<std::uint32_t> compact_;        ///< pack(user - first user, code)
  ThawedArray<RatingStore::WideEntry> wide_;  ///< {user - first user, value}
  std::vector<BandRuns> runs_;                ///< of each band
};

}  // namespace mfpar
