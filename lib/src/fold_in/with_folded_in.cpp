// SPDX-License-Identifier: MIT
#include "mfpar/extend_model.hpp"

namespace mfpar {

namespace {

/// The ratings of the users, or items, that the model does not have.
RatingTable ratings_of_new(const FactorModel& model, const RatingStore& ratings, Entity joining) {
  const IdDictionary& users = *ratings.parts().users;
  const IdDictionary& items = *ratings.parts().items;
  const IdDictionary& known = *model.side(joining).ids;
  const auto is_new = [&](const std::string& id) { return known.find(id) == kNoIndex; };
  std::vector<bool> new_items;
  if (joining == Entity::kItem) {
    for (ItemIndex item = 0; item < items.size(); ++item)
      new_items.push_back(is_new(items.id(item)));
  }
  RatingTable table;
  for (UserIndex user = 0; user < users.size(); ++user) {
    const std::string id = users.id(user);
    if (joining == Entity::kUser && !is_new(id)) continue;
    const std::uint64_t begin = ratings.offsets()[user], end = ratings.offsets()[user + 1];
    ratings.for_each(begin, end, [&](ItemIndex item, float value) {
      if (joining == Entity::kUser || new_items[item]) table.add(id, items.id(item), value);
    });
  }
  return table;
}

}  // namespace

FactorModel with_folded_in(const FactorModel& model, const RatingStore& ratings, int threads) {
  FactorModel extended = model;
  for (const Entity joining : {Entity::kUser, Entity::kItem}) {
    const RatingTable table = ratings_of_new(extended, ratings, joining);
    if (table.size() == 0) continue;
    const FoldedInTable folded = fold_in_table(extended, table, joining, {}, threads);
    extended = joining == Entity::kUser ? with_users(extended, folded.rows)
                                        : with_items(extended, folded.rows);
  }
  return extended;
}

}  // namespace mfpar
