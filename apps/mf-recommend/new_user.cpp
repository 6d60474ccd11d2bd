// SPDX-License-Identifier: MIT
#include "mf-recommend/new_user.hpp"

#include "common/text.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

NewUser new_user(const FactorModel& model, const std::string& id,
                 std::span<const ItemRating> ratings) {
  NewUser user{.id = id, .rated = rated_items(model, ratings), .first_unknown = {}};
  for (std::size_t i = 0; i < ratings.size(); ++i) {
    const auto& [item, value] = ratings[i];
    if (user.rated.ratings[i].index == kNoIndex && user.unknown++ == 0) user.first_unknown = item;
    user.off_scale.add(value, model.range());
  }
  return user;
}

std::vector<std::string> warnings_of(const NewUser& user, const FactorModel& model) {
  std::vector<std::string> warnings;
  if (user.unknown > 0) {
    warnings.push_back(with_commas(user.unknown) + " of " +
                       counted(user.rated.ratings.size(), "rating") +
                       " left out, as the model does not have the item (" +
                       quoted(user.first_unknown) + (user.unknown > 1 ? ", ...)" : ")"));
  }
  const std::size_t again = user.rated.ratings.size() - user.unknown - user.rated.items.size();
  if (again > 0) {
    warnings.push_back(counted(again, "rating") + " left out, as a later one is for the same item");
  }
  const std::string scale = scale_warning(user.off_scale, model.range());
  if (!scale.empty()) warnings.push_back(scale);
  if (user.rated.items.empty()) {
    warnings.push_back(
        "no rating of an item that the model has: the list does not depend on the user");
  }
  return warnings;
}

}  // namespace mfpar::apps
