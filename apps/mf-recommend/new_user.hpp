// SPDX-License-Identifier: MIT
#pragma once

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
  std::vector<std::string> warnings;  ///< see rating_warnings()
};

NewUser new_user(const FactorModel& model, const std::string& id,
                 std::span<const ItemRating> ratings);

}  // namespace mfpar::apps
