// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/group_limits.hpp"
#include "common/item_choice.hpp"
#include "common/item_titles.hpp"
#include "mf-recommend/recommend_command.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::apps {

/// The model, what its items are called, and which of them may be listed. Safe from any number of
/// threads.
class Catalogue {
 public:
  /// Loads the model and the files of titles and ids. `warn` is called for ids that the model does
  /// not have. Throws as the readers do, Error(kBadOption) when --where and --least-ratings leave
  /// nothing to list of what --allow has.
  Catalogue(const RecommendCommand& command, const std::function<void(const std::string&)>& warn);

  const FactorModel& model() const noexcept { return recommender_.model(); }
  const Recommender& recommender() const noexcept { return recommender_; }
  const ItemTitles& titles() const noexcept { return titles_; }
  const GroupLimits& group_limits() const noexcept { return group_limits_; }

  /// What may be listed in this order: fewer items by interaction, see --least-ratings, unless
  /// `least_ratings` says how many training ratings an item needs; and what `choice` leaves of
  /// them. Appends to `warnings`, and throws, as ItemFilters.
  std::shared_ptr<const ItemFilter> filter(RankBy rank_by,
                                           std::optional<std::uint32_t> least_ratings,
                                           const ItemChoice& choice,
                                           std::vector<std::string>& warnings) const;

  /// What --least-ratings says.
  std::optional<std::uint32_t> asked_least_ratings() const noexcept { return least_ratings_; }

  /// How many training ratings an item needs for that.
  std::uint32_t least_ratings(RankBy rank_by, std::optional<std::uint32_t> asked) const;

  /// Whether --allow and --only have an item of the model.
  bool allows_any() const noexcept { return allows_any_; }

  /// Throw Error(kBadOption) naming ids similar to one that the model does not have. `option` is
  /// what was given, `remedy` what to do for a user who is new.
  UserIndex user(const std::string& id, const std::string& option,
                 const std::string& remedy =
                     "recommend for a new user by ratings (ITEM=RATING, --ratings)") const;
  ItemIndex item(const std::string& id, const std::string& option) const;

 private:
  Recommender recommender_;
  ItemTitles titles_;
  GroupLimits group_limits_;
  std::optional<std::uint32_t> least_ratings_;
  bool allows_any_ = true;
  ItemFilters filters_;
};

/// The ids of a file, one a line; empty lines are skipped. Throws Error(kSystem).
std::vector<std::string> read_ids(const std::string& path);

}  // namespace mfpar::apps
