// SPDX-License-Identifier: MIT
#include "mf-serve/answers.hpp"

#include <algorithm>

#include "mf-serve/http_message.hpp"
#include "mfpar/fold_in_session.hpp"

namespace mfpar::apps {

namespace {

/// A new user in the terms of one model.
struct FoldedInUser {
  RatedItems rated;
  FoldedIn row;
  std::vector<std::string> unknown;

  UserProfile profile() const { return {row.factors, row.bias, {rated.items}}; }
};

FoldedInUser fold_in(const ServedModel& served, const NewUser& user) {
  FoldedInUser result{rated_items(*served.model, user.ratings), {}, {}};
  for (std::size_t i = 0; i < user.ratings.size(); ++i) {
    if (result.rated.ratings[i].index == kNoIndex) result.unknown.push_back(user.ratings[i].item);
  }
  result.row = fold_in_user(*served.model, result.rated.ratings);
  return result;
}

/// An answer begins with the version of the model.
Json answer_of(const ServedModel& served, const Json& rest) {
  Json answer{{"model_version", served.version}};
  answer.insert(rest.begin(), rest.end());
  return answer;
}

Json items_of(const ServedModel& served, const std::vector<Recommendation>& list) {
  Json items = Json::array();
  for (const Recommendation& r : list) {
    items.push_back(
        {{"item", served.model->items().id(r.item)}, {"score", r.score}, {"rating", r.rating}});
  }
  return items;
}

/// Adds to the items of a list the ratings that speak for each most, as {"item", "rating",
/// "contribution"}.
void add_reasons(const ServedModel& served, const FoldedInUser& user,
                 const std::vector<Recommendation>& list, Json& items) {
  constexpr std::size_t kMaxReasons = 3;
  const FoldInSession session(served.model, user.rated.ratings);
  for (std::size_t i = 0; i < list.size(); ++i) {
    Json reasons = Json::array();
    for (const RatingInfluence& influence : session.explain(list[i].item).influences) {
      if (reasons.size() == kMaxReasons || !(influence.contribution > 0)) break;
      reasons.push_back({{"item", served.model->items().id(influence.index)},
                         {"rating", influence.value},
                         {"contribution", influence.contribution}});
    }
    items[i]["because"] = std::move(reasons);
  }
}

RecommendOptions options_of(const ServedModel& served, const ListQuestion& list) {
  return {.top = std::min(list.top, served.model->item_count()), .rank_by = list.rank_by};
}

}  // namespace

Json health(const ServedModel& served) {
  return answer_of(served, {{"status", "ok"},
                            {"users", served.model->user_count()},
                            {"items", served.model->item_count()},
                            {"rank", served.model->rank()}});
}

Json recommend_known(const ServedModel& served, const std::string& user, const ListQuestion& list) {
  const UserIndex index = served.model->users().find(user);
  if (index == kNoIndex) {
    throw HttpError(404, "the model has no user '" + user +
                             "'; for a new user, POST /recommend with their ratings");
  }
  const auto found = served.recommender.recommend(index, options_of(served, list));
  return answer_of(served, {{"user", user}, {"items", items_of(served, found)}});
}

Json recommend_new(const ServedModel& served, const NewUser& user) {
  const FoldedInUser folded_in = fold_in(served, user);
  const auto found =
      served.recommender.recommend(folded_in.profile(), options_of(served, user.list));
  Json items = items_of(served, found);
  if (user.explain) add_reasons(served, folded_in, found, items);
  return answer_of(served, {{"ratings_used", folded_in.row.used},
                            {"unknown_items", folded_in.unknown},
                            {"items", std::move(items)}});
}

Json fold_in_new(const ServedModel& served, const NewUser& user) {
  const FoldedInUser folded_in = fold_in(served, user);
  return answer_of(served, {{"ratings_used", folded_in.row.used},
                            {"unknown_items", folded_in.unknown},
                            {"bias", folded_in.row.bias},
                            {"factors", folded_in.row.factors},
                            {"alpha", folded_in.row.alpha},
                            {"bias_alpha", folded_in.row.bias_alpha}});
}

Json similar_to(const ServedModel& served, const std::string& item, std::uint32_t top) {
  const ItemIndex index = served.model->items().find(item);
  if (index == kNoIndex) {
    throw HttpError(404,
                    "the model has no item '" + item + "'; it has those that it was trained on");
  }
  const auto found =
      served.recommender.similar_items(index, std::min(top, served.model->item_count()));
  return answer_of(served, {{"item", item}, {"items", items_of(served, found)}});
}

Json predict_rating(const ServedModel& served, const std::string& user, const std::string& item) {
  const UserIndex u = served.model->users().find(user);
  const ItemIndex i = served.model->items().find(item);
  return answer_of(served, {{"user", user},
                            {"item", item},
                            {"rating", served.model->predict(u, i)},
                            {"user_known", u != kNoIndex},
                            {"item_known", i != kNoIndex}});
}

}  // namespace mfpar::apps
