// SPDX-License-Identifier: MIT
#include "mf-recommend/new_user.hpp"

#include <charconv>
#include <cmath>
#include <system_error>

#include "common/text.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

NewUser new_user(const FactorModel& model, const std::string& id,
                 std::span<const ItemRating> ratings) {
  NewUser user{.id = id, .rated = rated_items(model, ratings), .first_unknown = {}};
  for (std::size_t i = 0; i < ratings.size(); ++i) {
    const auto& [item, value] = ratings[i];
    if (user.rated.ratings[i].index == kNoIndex && user.unknown++ == 0) user.first_unknown = item;
    const bool in_range = value >= model.range().lowest && value <= model.range().highest;
    if (!in_range && user.out_of_range++ == 0) user.first_out_of_range = value;
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
  if (user.out_of_range > 0) {
    warnings.push_back(
        counted(user.out_of_range, "rating") + " (" + shortest_decimal(user.first_out_of_range) +
        (user.out_of_range > 1 ? ", ...)" : ")") + " outside the range of those trained on, " +
        shortest_decimal(model.range().lowest) + " to " + shortest_decimal(model.range().highest) +
        "; is it the same scale?");
  }
  if (user.rated.items.empty()) {
    warnings.push_back(
        "no rating of an item that the model has: the list does not depend on the user");
  }
  return warnings;
}

std::vector<ItemRating> parse_pairs(const std::vector<std::string>& pairs) {
  std::vector<ItemRating> ratings;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.rfind('=');
    float value = 0.0f;
    const char* const end = pair.data() + pair.size();
    const char* const number = equals == pair.npos ? end : pair.data() + equals + 1;
    const auto [stop, error] = std::from_chars(number, end, value);
    if (equals == 0 || error != std::errc() || stop != end || !std::isfinite(value)) {
      throw Error(ErrorCode::kBadOption, "'" + pair +
                                             "' is not a rating; it must be ITEM=RATING, the id of "
                                             "an item and a number, such as 318=4.5");
    }
    ratings.push_back({pair.substr(0, equals), value});
  }
  return ratings;
}

}  // namespace mfpar::apps
