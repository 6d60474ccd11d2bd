// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mf-eval/ranking_command.hpp"
#include "mf-eval/ranking_test.hpp"
#include "mfpar/ease.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/ranking_baselines.hpp"
#include "mfpar/ranking_metrics.hpp"
#include "mfpar/rated_items.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::apps {

/// A model whose lists are measured, in the terms of a test: its users and items are those of the
/// test's file. Not synchronised.
class RankedModel {
 public:
  /// `given` may be null. Keeps looking at `test`.
  RankedModel(std::string path, FactorModel model, const RankingPairs& test,
              const RankingPairs* given, const RankingCommand& command);

  const std::string& path() const noexcept { return path_; }
  const FactorModel& model() const noexcept { return recommender_.model(); }
  RankBy rank_by() const noexcept { return rank_by_; }
  std::uint32_t least_ratings() const noexcept { return least_ratings_; }

  /// Whether the model says who rated what, without which nothing can be left out of lists.
  bool keeps_ratings() const noexcept { return !model().parts().trained.items.empty(); }
  /// Users whom the model has and ratings are given of, which it makes no use of.
  std::uint64_t given_in_vain() const noexcept { return given_in_vain_; }

  /// Of the ratings that users were folded in from.
  const OffScale& off_scale() const noexcept { return off_scale_; }

  bool knows_user(UserIndex user) const noexcept { return !profiles_[user].factors.empty(); }
  /// kNoIndex where the model does not have it.
  ItemIndex item(ItemIndex of_test) const noexcept { return items_[of_test]; }
  /// Whether the user's lists leave the item out. REQUIRES: knows_user(user).
  bool leaves_out(UserIndex user, ItemIndex of_test) const;

  /// Measures the lists of these users, in this order, against relevant[i], of indices of the
  /// model, ascending.
  RankingMeasures measure(std::span<const UserIndex> users,
                          std::span<const std::vector<ItemIndex>> relevant) const;

  using Lists = std::vector<std::vector<ItemIndex>>;
  enum class Baseline { kPopular, kCosine };
  /// The same of lists made from this model's training ratings alone. REQUIRES: keeps_ratings().
  RankingMeasures measure(Baseline by, std::span<const UserIndex> users,
                          std::span<const std::vector<ItemIndex>> relevant) const;

  /// Learns from this model's training ratings. Throws as Ease. REQUIRES: keeps_ratings().
  Ease ease(double penalty) const;
  /// The same of lists by `weight` times the score of `ease`, which learnt from this model's
  /// ratings, and 1 - weight times the model's.
  RankingMeasures measure(const Ease& ease, double weight, std::span<const UserIndex> users,
                          std::span<const std::vector<ItemIndex>> relevant) const;

 private:
  std::vector<RankingBaselines::User> listed(std::span<const UserIndex> users) const;
  std::vector<std::vector<Recommendation>> recommended(std::span<const UserIndex> users,
                                                       std::uint32_t top) const;
  void fold_in(const RankingPairs& given);
  template <class MakeLists>
  RankingMeasures measure_lists(std::size_t users_at_once, std::span<const UserIndex> users,
                                std::span<const std::vector<ItemIndex>> relevant,
                                const MakeLists& make_lists) const;

  std::string path_;
  const RankingPairs& test_;
  const RankingCommand& command_;
  Recommender recommender_;
  RankBy rank_by_;
  std::uint32_t least_ratings_;
  RankingBaselines baselines_;
  std::vector<ItemIndex> items_;       // by item of the test
  std::vector<UserProfile> profiles_;  // by user of the test; without factors: not known
  std::vector<RatedItems> given_;      // what profiles look at
  std::vector<FoldedIn> folded_in_;
  std::uint64_t given_in_vain_ = 0;
  OffScale off_scale_;
};

}  // namespace mfpar::apps
