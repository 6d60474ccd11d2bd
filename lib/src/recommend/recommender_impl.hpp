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
#include "recommend/co_ratings.hpp"

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

  /// The best `count` items of the lanes in `masks`.
  std::vector<Recommendation> search(const UserProfile& profile, RankBy rank_by,
                                     std::span<const std::uint16_t> masks, std::size_t count) const;

  /// The model whose factors a list in this order goes by, or goes by most.
  const FactorModel& listed_by(RankBy rank_by) const {
    return rank_by.one_class_weight != 0.0f ? *model->one_class() : *model;
  }

  /// The model, and the items, whose factors lists usually go by.
  const FactorModel& usual_model() const {
    return model->one_class() != nullptr ? *model->one_class() : *model;
  }
  const ItemTiles& usual_items() const { return one_class ? *one_class : items; }

  /// What is searched for `profile` among the lanes in `masks`; looks at `memory`.
  SearchTask task(const UserProfile& profile, RankBy rank_by, std::span<const std::uint16_t> masks,
                  std::vector<float>& memory, TopList& list) const;

  const CoRatings& co_ratings() const;

  const std::shared_ptr<const FactorModel> model;
  const KernelSet& kernels;
  /// Items stand by the vectors that lists usually go by, in all tiles alike.
  const std::optional<ItemTiles> one_class;  ///< of the carried model
  const ItemTiles items;
  std::vector<std::uint32_t> rating_counts;  ///< by item

 private:
  const ItemTiles& both() const;
  const ItemTiles& variances() const;

  mutable std::once_flag co_ratings_made_;
  mutable std::optional<CoRatings> co_ratings_;
  mutable std::once_flag both_made_;
  mutable std::optional<ItemTiles> both_;  ///< factors of the model, and behind them the carried
  mutable std::once_flag variances_made_;
  mutable std::optional<ItemTiles> variances_;  ///< rows of ScoreVariance
};

}  // namespace mfpar
