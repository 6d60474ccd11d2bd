// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mf-recommend/item_titles.hpp"
#include "mf-recommend/recommend_command.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::apps {

/// The model, what its items are called, and which of them may be listed. Immutable; safe from any
/// number of threads.
class Catalogue {
 public:
  /// Loads the model and the files of titles and ids. `warn` is called for ids that the model does
  /// not have. Throws as the readers do, Error(kBadOption) when no item may be listed.
  Catalogue(const RecommendCommand& command, const std::function<void(const std::string&)>& warn);

  const FactorModel& model() const noexcept { return recommender_.model(); }
  const Recommender& recommender() const noexcept { return recommender_; }
  const ItemTitles& titles() const noexcept { return titles_; }

  /// What may be listed in this order: fewer items by interaction, see --least-ratings.
  const ItemFilter& filter(RankBy rank_by) const;

  /// How many training ratings an item needs for that.
  std::uint32_t least_ratings(RankBy rank_by) const;

  /// Throw Error(kBadOption) naming ids similar to one that the model does not have. `option` is
  /// what was given.
  UserIndex user(const std::string& id, const std::string& option) const;
  ItemIndex item(const std::string& id, const std::string& option) const;

 private:
  bool goes_by_interaction(RankBy rank_by) const;
  ItemFilter make_filter(const RecommendCommand& command, std::uint32_t least_ratings,
                         const std::function<void(const std::string&)>& warn) const;

  Recommender recommender_;
  ItemTitles titles_;
  std::uint32_t least_by_rating_, least_by_interaction_;
  std::optional<ItemFilter> by_rating_, by_interaction_;  // the second only where it differs
};

/// The ids of a file, one a line; empty lines are skipped. Throws Error(kSystem), Error(kBadData)
/// when there is none.
std::vector<std::string> read_ids(const std::string& path);

}  // namespace mfpar::apps
