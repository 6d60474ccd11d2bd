// SPDX-License-Identifier: MIT
#include "mf-recommend/read_new_users.hpp"

namespace mfpar::apps {

NewUsers read_new_users(const std::string& path, ReadOptions options, const std::string& id,
                        const FactorModel& model) {
  // Who chose what needs no ratings: two columns are users and items then.
  options.may_lack_ratings = model.feedback() == Feedback::kOneClass;
  if (!options.may_lack_ratings) options.single_user = id;
  const ReadResult read = read_ratings(path, options);
  NewUsers result{
      .users = {},
      .is_named = !read.report.single_user,
      .bad_lines = read.report.bad_lines,
      .first_bad = read.report.bad_lines > 0 ? read.report.first_bad.front().message : "",
      .notes = read.report.notes};
  const IdDictionary &users = *read.ratings.users(), &items = *read.ratings.items();
  std::vector<std::vector<ItemRating>> ratings(users.size());
  for (const Rating& rating : read.ratings) {
    ratings[rating.user].push_back({items.id(rating.item), rating.value});
  }
  for (UserIndex user = 0; user < users.size(); ++user) {
    result.users.push_back(new_user(model, users.id(user), ratings[user]));
  }
  return result;
}

}  // namespace mfpar::apps
