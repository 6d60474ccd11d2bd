// SPDX-License-Identifier: MIT
#include "mf-serve/answers.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "common/json_ratings.hpp"
#include "mf-serve/http_message.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/fold_in_session.hpp"

namespace mfpar::apps {

namespace {

/// A new user in the terms of one model.
struct FoldedInUser {
  RatedItems rated;
  FoldedIn row;
  std::vector<std::string> unknown;
  std::vector<std::string> warnings;

  UserProfile profile() const { return profile_of(row, rated.items); }
};

FoldedInUser fold_in(const ServedModel& served, const std::vector<ItemRating>& ratings) {
  FoldedInUser user{rated_items(*served.model, ratings), {}, {}, {}};
  for (std::size_t i = 0; i < ratings.size(); ++i) {
    if (user.rated.ratings[i].index == kNoIndex) user.unknown.push_back(ratings[i].item);
  }
  user.row = fold_in_user(*served.model, user.rated.ratings);
  user.warnings = rating_warnings(*served.model, user.rated, ratings);
  return user;
}

/// An answer begins with the version of the model.
Json answer_of(const ServedModel& served, const Json& rest) {
  Json answer{{"model_version", served.version}};
  answer.insert(rest.begin(), rest.end());
  return answer;
}

RankBy order_of(const ServedModel& served, const ListQuestion& list) {
  return list.rank_by.value_or(usual_rank_by(*served.model));
}

/// Which items a list may hold.
class Listed {
 public:
  /// `by` is a RankBy or a SimilarBy.
  template <class T>
  Listed(const ServedModel& served, T by, const std::optional<std::uint32_t>& asked)
      : least_(asked.value_or(usual_least_ratings(*served.model, by))),
        filter_(served.usual_filter(by)) {
    if (!asked) return;
    filter_ = *asked == 0
                  ? nullptr
                  : &own_.emplace(served.recommender, ItemFilter::Rules{.least_ratings = *asked});
  }
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;

  const ItemFilter* filter() const { return filter_; }

  /// Why a list is shorter than asked for.
  void warn_of_length(const ServedModel& served, std::size_t listed, const ListQuestion& list,
                      std::vector<std::string>& warnings) const {
    if (listed >= list.top) return;
    const bool is_filtered = filter_ != nullptr && filter_->size() < served.model->item_count();
    warnings.push_back(short_list_warning(listed,
                                          {.least_ratings = is_filtered ? least_ : 0,
                                           .least_rating = list.least_rating,
                                           .limits_groups = !list.at_most.empty()},
                                          "least_ratings", "least_rating", "at_most"));
  }

 private:
  std::uint32_t least_;
  std::optional<ItemFilter> own_;
  const ItemFilter* filter_;
};

/// How an explanation of the prediction for an item is come by.
using Explain = std::function<Explanation(ItemIndex)>;

/// Adds where the score comes from, and those of the user's ratings that speak for it most.
void add_reasons(const ServedModel& served, const Explanation& why, Json& item) {
  constexpr std::size_t kMaxReasons = 3;
  Json reasons = Json::array();
  for (const RatingInfluence& influence : why.influences) {
    if (reasons.size() == kMaxReasons || !(influence.contribution > 0)) break;
    const std::string id = served.model->items().id(influence.index);
    reasons.push_back({{"item", id},
                       {"id", id},
                       {"rating", influence.value},
                       {"weight", static_cast<float>(influence.weight)},
                       {"contribution", static_cast<float>(influence.contribution)}});
  }
  item["because"] = std::move(reasons);
  item["explanation"] = {{"mean", why.mean},
                         {"user_bias", why.user_bias},
                         {"item_bias", why.item_bias},
                         {"interaction", why.interaction}};
}

Json item_of(const TitledModel& titled, const Recommendation& r) {
  const std::string id = titled.served.model->items().id(r.item);
  Json item{{"item", id}, {"id", id}};
  if (titled.titles != nullptr) item["title"] = titled.titles->titles.title(r.item);
  item["score"] = r.score;
  item["rating"] = r.rating;
  if (!std::isnan(r.sd)) {
    item["sd"] = r.sd;
    item["p5"] = r.p5;
    item["p95"] = r.p95;
  }
  return item;
}

/// The limits that a list is to keep. Throws HttpError(422) for those that cannot be.
std::vector<GroupLimit> limits_of(const TitledModel& titled, const ListQuestion& list) {
  std::vector<GroupLimit> limits;
  for (const std::string& text : list.at_most) {
    if (titled.titles == nullptr) {
      throw HttpError(422,
                      "at_most is for columns of a file of titles; start the service with "
                      "--titles FILE");
    }
    std::ranges::copy(titled.titles->limits.parse(text, "at_most"), std::back_inserter(limits));
  }
  return limits;
}

/// Adds "items" and "warnings".
void add_list(const TitledModel& titled, const UserProfile& profile, const ListQuestion& list,
              const Explain& explain, std::vector<std::string> warnings, Json& answer) {
  const ServedModel& served = titled.served;
  const auto limits = limits_of(titled, list);
  const Listed listed(served, order_of(served, list), list.least_ratings);
  const auto found =
      served.recommender.recommend(profile, {.top = std::min(list.top, served.model->item_count()),
                                             .rank_by = list.rank_by,
                                             .leave_out_rated = !list.keep_rated,
                                             .filter = listed.filter(),
                                             .least_rating = list.least_rating,
                                             .at_most = limits,
                                             .diversity = list.diversity});
  Json items = Json::array();
  for (const Recommendation& r : found) {
    items.push_back(item_of(titled, r));
    if (list.explain) add_reasons(served, explain(r.item), items.back());
  }
  listed.warn_of_length(served, found.size(), list, warnings);
  answer["items"] = std::move(items);
  answer["warnings"] = std::move(warnings);
}

}  // namespace

Json health(const ServedModel& served) {
  return answer_of(served, {{"status", "ok"},
                            {"users", served.model->user_count()},
                            {"items", served.model->item_count()},
                            {"rank", served.model->rank()}});
}

Json recommend_known(const TitledModel& titled, const std::string& user, const ListQuestion& list) {
  const ServedModel& served = titled.served;
  const UserIndex index = served.model->users().find(user);
  if (index == kNoIndex) {
    throw HttpError(404, "the model has no user '" + user +
                             "'; for a new user, POST /recommend with their ratings");
  }
  const UserProfile profile = served.recommender.profile_of(index);
  const auto explain = [&](ItemIndex item) {
    const bool by_one_class = order_of(served, list).one_class_weight != 0.0f;
    const FactorModel& model = by_one_class ? *served.model->one_class() : *served.model;
    return Explanation{.mean = model.mean(),
                       .user_bias = model.parts().users.biases[index],
                       .item_bias = model.parts().items.biases[item],
                       .interaction = model.interaction(index, item),
                       .influences = {}};
  };
  Json answer = answer_of(served, {{"user", user}, {"ratings", profile.rated[0].size()}});
  add_list(titled, profile, list, explain, {}, answer);
  return answer;
}

Json recommend_new(const TitledModel& titled, const std::string& id,
                   const std::vector<ItemRating>& ratings, const ListQuestion& list) {
  const ServedModel& served = titled.served;
  const FoldedInUser user = fold_in(served, ratings);
  std::optional<FoldInSession> session;
  const auto explain = [&](ItemIndex item) {
    if (!session) session.emplace(served.model, user.rated.ratings);
    const bool by_one_class = order_of(served, list).one_class_weight != 0.0f;
    return (by_one_class ? *session->one_class() : *session).explain(item);
  };
  Json answer = answer_of(served, Json::object());
  if (!id.empty()) answer["user"] = id;
  answer["ratings"] = user.row.used;
  answer["ratings_used"] = user.row.used;
  answer["unknown_items"] = user.unknown;
  add_list(titled, user.profile(), list, explain, user.warnings, answer);
  return answer;
}

Json fold_in_new(const ServedModel& served, const std::vector<ItemRating>& ratings) {
  const FoldedInUser user = fold_in(served, ratings);
  return answer_of(served, {{"ratings_used", user.row.used},
                            {"unknown_items", user.unknown},
                            {"bias", user.row.bias},
                            {"factors", user.row.factors},
                            {"cutpoints", user.row.cutpoints},
                            {"one_class", user.row.one_class},
                            {"alpha", user.row.alpha},
                            {"bias_alpha", user.row.bias_alpha},
                            {"warnings", user.warnings}});
}

Json similar_to(const TitledModel& titled, const std::string& item, const ListQuestion& list) {
  const ServedModel& served = titled.served;
  const ItemIndex index = served.model->items().find(item);
  if (index == kNoIndex) {
    throw HttpError(404,
                    "the model has no item '" + item + "'; it has those that it was trained on");
  }
  const SimilarBy by = list.similar_by.value_or(served.recommender.usual_similar_by(index));
  const Listed listed(served, by, list.least_ratings);
  const auto found = served.recommender.similar_items(
      index, std::min(list.top, served.model->item_count()), listed.filter(), by);
  Json items = Json::array();
  for (const Recommendation& r : found) {
    items.push_back(item_of(titled, r));
    items.back()["similarity"] = r.score;
    items.back()["cosine"] =
        by == SimilarBy::kFactors ? r.score : served.recommender.cosine(index, r.item);
  }
  std::vector<std::string> warnings;
  listed.warn_of_length(served, found.size(), list, warnings);
  return answer_of(served, {{"item", item},
                            {"similar_to", item},
                            {"similar_by", name_of(by)},
                            {"ratings", served.recommender.rating_count(index)},
                            {"items", std::move(items)},
                            {"warnings", std::move(warnings)}});
}

Json predict_rating(const ServedModel& served, const std::string& user, const std::string& item) {
  const UserIndex u = served.model->users().find(user);
  const ItemIndex i = served.model->items().find(item);
  const bool rates = served.model->feedback() == Feedback::kRatings;
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  Json prediction{{"user", user},
                  {"item", item},
                  {"rating", rates ? served.model->predict(u, i) : kNone},
                  {"user_known", u != kNoIndex},
                  {"item_known", i != kNoIndex}};
  if (served.model->has_variance()) {
    const RatingInterval interval = served.model->interval(u, i);
    prediction["sd"] = interval.sd;
    prediction["p5"] = interval.p5;
    prediction["p95"] = interval.p95;
  }
  const auto values = served.model->parts().link.values.span();
  const std::vector<float> probabilities = served.model->probabilities(u, i);
  for (std::size_t k = 0; k < values.size(); ++k) {
    prediction["probabilities"][shortest_decimal(values[k])] = probabilities[k];
  }
  return answer_of(served, prediction);
}

}  // namespace mfpar::apps
