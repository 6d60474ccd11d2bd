// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "compute/kernels/kernel_set.hpp"
#include "mfpar/recommender.hpp"
#include "ranking/item_search.hpp"
#include "ranking/item_tiles.hpp"

namespace mfpar {

struct Recommender::Impl {
  Impl(std::shared_ptr<const FactorModel> with, const std::string& kernel);

  /// The lanes that `filter` allows; all that have an item without one. Throws Error(kBadOption)
  /// for a filter of another recommender.
  std::span<const std::uint16_t> masks(const ItemFilter* filter) const;

  /// What is searched in an order.
  SearchSpace space(RankBy rank_by) const;

  /// What `profile` is searched for in an order, where that is not the factors alone; in `memory`.
  std::span<const float> query(const UserProfile& profile, RankBy rank_by,
                               std::vector<float>& memory) const;

  const std::shared_ptr<const FactorModel> model;
  const KernelSet& kernels;
  /// Items stand by the vectors that lists usually go by, in all tiles alike.
  const std::optional<ItemTiles> one_class;  ///< of the carried model
  const ItemTiles items;
  std::vector<std::uint32_t> rating_counts;  ///< by item

 private:
  const ItemTiles& both() const;

  mutable std::once_flag both_made_;
  mutable std::optional<ItemTiles> both_;  ///< factors of the model, and behind them the carried
};

}  // namespace mfpar
