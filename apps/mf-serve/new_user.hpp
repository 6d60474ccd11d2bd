// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "mfpar/fold_in.hpp"
#include "mfpar/rated_items.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::apps {

/// A new user in the terms of one model. Throws as fold_in_user().
struct NewUser {
  NewUser(const FactorModel& model, const std::vector<ItemRating>& ratings)
      : rated(rated_items(model, ratings)), row(fold_in_user(model, rated.ratings)) {
    for (std::size_t i = 0; i < ratings.size(); ++i) {
      if (rated.ratings[i].index == kNoIndex) unknown.push_back(ratings[i].item);
    }
    warnings = rating_warnings(model, rated, ratings);
  }

  /// Looks at the memory of this.
  UserProfile profile() const { return profile_of(row, rated.items); }

  RatedItems rated;
  FoldedIn row;
  std::vector<std::string> unknown;  ///< ids of items that the model does not have
  std::vector<std::string> warnings;
};

}  // namespace mfpar::apps
