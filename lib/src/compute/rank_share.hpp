// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/partition.hpp"
#include "base/rank_channel.hpp"
#include "compute/kernels/sgd_pass.hpp"
#include "compute/training_grid.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// Who of several ranks does what of a training. The bands stand in groups of as many as there are
/// panels, and the n-th band of each group is lane n, as in BlockSchedule. Each rank has some lanes
/// that follow one another: it holds the users of their bands, and their ratings, and nobody else
/// does. Between epochs it holds the panels of the numbers of its lanes, so that the rows of items
/// are on one rank each; in an epoch panels travel (see PanelRing). Users and items keep their
/// indices: what a rank has no part in stays untouched memory.
class RankShare {
 public:
  /// Throws Error(kBadOption) where there are more ranks than panels. `ranks` outlive this.
  RankShare(Ranks& ranks, TrainingGrid grid);

  Ranks& ranks() const noexcept { return *ranks_; }
  int rank() const noexcept { return ranks_->rank(); }
  bool is_first() const noexcept { return rank() == 0; }
  const TrainingGrid& grid() const noexcept { return grid_; }
  RankChannel channel(RankTag tag) const { return {*ranks_, tag}; }

  Range lanes_of(int rank) const;
  Range lanes() const { return lanes_of(rank()); }
  /// Of each group, in their order.
  std::vector<Range> users_of(int rank) const;
  std::vector<Range> users() const { return users_of(rank()); }
  bool has_band(std::size_t band) const;
  Range items_of_panel(std::size_t panel) const;

  /// The sums of the tasks of all ranks, added in their order: each has one in `sums`, zeros where
  /// the task is another rank's.
  PassSums total(std::vector<PassSums>& sums, RankTag tag) const;

  /// Gives all ranks the rows of all items; `stride` floats each. REQUIRES: no epoch is under way.
  void spread_items(float* rows, std::size_t stride, RankTag tag) const;

  /// The rows of all users, each from the rank that has the user, on rank 0; nothing on others.
  /// `rows`: one of `stride` floats for each user.
  AlignedBuffer<float> gather_users(std::span<const float> rows, std::size_t stride,
                                    RankTag tag) const;
  /// The other way: `whole` is rank 0's, and every rank gets the rows of its users.
  void deal_users(std::span<const float> whole, std::span<float> rows, std::size_t stride,
                  RankTag tag) const;

 private:
  Ranks* ranks_;
  TrainingGrid grid_;
};

/// The grid for so many ranks of so many threads: for blocks that of one machine; for Hogwild with
/// twice as many panels as ranks, or more, and bands for all threads of a rank.
TrainingGrid cut_grid_for_ranks(const RatingStatistics& statistics, const TrainOptions& options,
                                int ranks, int threads);

}  // namespace mfpar
