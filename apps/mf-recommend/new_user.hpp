// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "mfpar/factor_model.hpp"
#include "mfpar/rated_items.hpp"

namespace mfpar::apps {

/// Somebody who is known by ratings alone.
struct NewUser {
  std::string id;
  RatedItems rated;

  std::size_t unknown = 0;       ///< ratings of items that the model does not have
  std::string first_unknown;     ///< the id of one of them
  std::size_t out_of_range = 0;  ///< ratings below or above all that the model was trained on
  float first_out_of_range = 0.0f;
};

NewUser new_user(const FactorModel& model, const std::string& id,
                 std::span<const ItemRating> ratings);

/// Warnings about the ratings, each a sentence: unknown items, values out of range.
std::vector<std::string> warnings_of(const NewUser& user, const FactorModel& model);

/// The ratings that "318=5.0" pairs stand for. Throws Error(kBadOption) for any other text.
std::vector<ItemRating> parse_pairs(const std::vector<std::string>& pairs);

}  // namespace mfpar::apps
