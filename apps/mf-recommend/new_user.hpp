// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/factor_model.hpp"
#include "mfpar/fold_in.hpp"

namespace mfpar::apps {

/// Somebody who is known by ratings alone.
struct NewUser {
  std::string id;
  std::vector<FoldInRating> ratings;  ///< of items the model has
  std::vector<ItemIndex> rated;       ///< the same items, each once, ascending

  std::size_t unknown = 0;       ///< ratings of items that the model does not have
  std::string first_unknown;     ///< the id of one of them
  std::size_t out_of_range = 0;  ///< ratings below or above all that the model was trained on
  float first_out_of_range = 0.0f;

  /// Takes a rating that was read.
  void rate(const FactorModel& model, std::string_view item, float value);

  /// Takes a rating of an item by its index, or of one that the model does not have (kNoIndex).
  void rate(const FactorModel& model, ItemIndex item, std::string_view id, float value);

  /// To be called after the last rating.
  void finish();
};

/// What a user ought to be told of the ratings, each a sentence: unknown items, values out of range.
std::vector<std::string> warnings_of(const NewUser& user, const FactorModel& model);

/// The user of "318=5.0" pairs. Throws Error(kBadOption) for a pair that is none.
NewUser user_of_pairs(const std::vector<std::string>& pairs, const std::string& id,
                      const FactorModel& model);

}  // namespace mfpar::apps
