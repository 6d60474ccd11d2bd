// SPDX-License-Identifier: MIT
#include "mf-recommend/new_user.hpp"

#include <algorithm>

#include "base/decimal.hpp"
#include "common/text.hpp"
#include "mfpar/error.hpp"
#include "text/field_values.hpp"
#include "text/line_fault.hpp"

namespace mfpar::apps {

void NewUser::rate(const FactorModel& model, std::string_view item, float value) {
  rate(model, model.items().find(item), item, value);
}

void NewUser::rate(const FactorModel& model, ItemIndex item, std::string_view item_id,
                   float value) {
  if (value < model.range().lowest || value > model.range().highest) {
    if (out_of_range++ == 0) first_out_of_range = value;
  }
  if (item != kNoIndex) {
    ratings.push_back({item, value});
  } else if (unknown++ == 0) {
    first_unknown = item_id;
  }
}

void NewUser::finish() {
  for (const FoldInRating& rating : ratings) rated.push_back(rating.index);
  std::ranges::sort(rated);
  rated.erase(std::unique(rated.begin(), rated.end()), rated.end());
}

std::vector<std::string> warnings_of(const NewUser& user, const FactorModel& model) {
  std::vector<std::string> warnings;
  if (user.unknown > 0) {
    warnings.push_back(with_commas(user.unknown) + " of " +
                       counted(user.unknown + user.ratings.size(), "rating") +
                       " left out, as the model does not have the item (" +
                       quoted(user.first_unknown) + (user.unknown > 1 ? ", ...)" : ")"));
  }
  const std::size_t again = user.ratings.size() - user.rated.size();
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
  if (user.ratings.empty()) {
    warnings.push_back(
        "no rating of an item that the model has: the list is for nobody in particular");
  }
  return warnings;
}

NewUser user_of_pairs(const std::vector<std::string>& pairs, const std::string& id,
                      const FactorModel& model) {
  NewUser user;
  user.id = id;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.rfind('=');
    const auto rating = parse_rating(
        equals == pair.npos ? std::string_view() : std::string_view(pair).substr(equals + 1));
    if (equals == pair.npos || equals == 0 || rating.fault != Fault::kNone) {
      throw Error(ErrorCode::kBadOption, "'" + pair +
                                             "' is no rating; it must be ITEM=RATING, the id of an "
                                             "item and a number, such as 318=4.5");
    }
    user.rate(model, std::string_view(pair).substr(0, equals), rating.number);
  }
  user.finish();
  return user;
}

}  // namespace mfpar::apps
