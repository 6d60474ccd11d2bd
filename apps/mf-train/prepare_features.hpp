// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "common/options.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/read_features.hpp"

namespace mfpar::apps {

/// What a file says of the users, or of the items.
struct PreparedFeatures {
  FeatureTable table;
  Features rows;            ///< by the indices of the store
  std::uint32_t known = 0;  ///< of those with ratings
  std::uint32_t rated = 0;  ///< all that have ratings

  /// Those that only the file has.
  std::uint32_t unrated() const noexcept { return table.ids.size() - known; }
};

/// Declares --item-features and --user-features, bound to these paths.
void add_feature_options(Options& options, std::string& item_path, std::string& user_path);

/// Finds the rows of a store's users, or items, in the table, and gives the store those that only
/// the table has. Throws Error(kBadData) where they have no id in common.
RatingStore join(RatingStore ratings, PreparedFeatures& features);

/// Why the features may not be of these ratings; empty where nothing speaks for it.
std::string doubts(const PreparedFeatures& features);

/// A line: "item features: movies.csv, for 9,724 of 9,724 items and 18 without ratings: 19 of
/// genres (lists joined by |), ...; left out: url (nearly every row has another value)".
std::string describe(const PreparedFeatures& features);

}  // namespace mfpar::apps
