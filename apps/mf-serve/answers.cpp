// SPDX-License-Identifier: MIT
#include "mf-serve/answers.hpp"

#include <limits>

#include "mf-serve/new_user.hpp"
#include "mfpar/decimal.hpp"

namespace mfpar::apps {

namespace {

/// An answer begins with the version of the model.
Json answer_of(const ServedModel& served, const Json& rest) {
  Json answer{{"model_version", served.version}};
  answer.insert(rest.begin(), rest.end());
  return answer;
}

}  // namespace

Json health(const ServedModel& served) {
  return answer_of(served, {{"status", "ok"},
                            {"users", served.model->user_count()},
                            {"items", served.model->item_count()},
                            {"rank", served.model->rank()}});
}

Json fold_in_new(const ServedModel& served, const std::vector<ItemRating>& ratings) {
  const NewUser user(*served.model, ratings);
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
  if (!values.empty()) {
    Json& of_value = prediction["probabilities"] = Json::object();
    for (std::size_t k = 0; k < values.size(); ++k) {
      of_value[shortest_decimal(values[k])] = probabilities[k];
    }
  }
  return answer_of(served, prediction);
}

}  // namespace mfpar::apps
