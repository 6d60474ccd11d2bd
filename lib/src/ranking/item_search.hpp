// SPDX-License-Identifier: MIT
//
// The two exact searches for the items of highest score. They compute each score by the same
// operations, and so give the same lists.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compute/kernels/kernel_set.hpp"
#include "ranking/item_tiles.hpp"
#include "ranking/top_list.hpp"

namespace mfpar {

/// What is searched, by which kernels and for which order.
struct SearchSpace {
  const ItemTiles& items;
  const KernelSet& kernels;
  float bias_weight;

  /// What a standard deviation counts, and the items' rows of ScoreVariance, in the same tiles;
  /// null where it counts nothing.
  float sd_weight = 0.0f;
  const ItemTiles* variances = nullptr;
};

/// One search: `factors` is its query, rank floats, `masks` a bit for each lane of each tile that
/// may be found.
struct SearchTask {
  std::span<const float> factors;
  std::span<const std::uint16_t> masks;
  TopList* list;

  // Of the user, where deviations count.
  std::span<const float> variance = {};
  float noise_variance = 0.0f;
};

/// Bounds of the scores of one search, with deviations where they count.
class SearchBound {
 public:
  SearchBound(const SearchSpace& space, const SearchTask& task);

  float of_tile(std::size_t tile) const noexcept {
    return score_(space_.items.bounds()[tile]) +
           (space_.variances == nullptr ? 0.0f : deviation(space_.variances->bounds()[tile]));
  }
  float of_group(std::size_t group) const noexcept {
    return score_(space_.items.group_bounds()[group]) +
           (space_.variances == nullptr ? 0.0f
                                        : deviation(space_.variances->group_bounds()[group]));
  }

 private:
  float deviation(const ScoreBound& bound) const noexcept;

  const SearchSpace& space_;
  float noise_variance_;
  BoundOf score_;
  BoundOf variance_;
};

/// Tiles of high bounds first, so that the list's threshold rises at once; then all others that can
/// still reach it.
void search_one(const SearchSpace& space, const SearchTask& task);

/// Several at once, by a product of tiles: some groups of items' tiles stay in the second-level
/// cache while they are scored for all queries. A group that no query of a tile needs is passed
/// over.
void search_many(const SearchSpace& space, std::span<const SearchTask> tasks);

}  // namespace mfpar
