// SPDX-License-Identifier: MIT
#include "mf-recommend/new_user.hpp"

#include <utility>

namespace mfpar::apps {

NewUser new_user(const FactorModel& model, const std::string& id,
                 std::span<const ItemRating> ratings) {
  RatedItems rated = rated_items(model, ratings);
  auto warnings = rating_warnings(model, rated, ratings);
  return {.id = id, .rated = std::move(rated), .warnings = std::move(warnings)};
}

}  // namespace mfpar::apps
