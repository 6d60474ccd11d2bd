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

  std::size_t unknown = 0;    ///< ratings of items that the model does not have
  std::string first_unknown;  ///< the id of one of them
  OffScale off_scale;
};

NewUser new_user(const FactorModel& model, const std::string& id,
                 std::span<const ItemRating> ratings);

/// Warnings about the ratings, each a sentence: unknown items, values out of range.
std::vector<std::string> warnings_of(const NewUser& user, const FactorModel& model);

}  // namespace mfpar::apps
