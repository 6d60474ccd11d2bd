// SPDX-License-Identifier: MIT
#include "service_load/questions.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/random.hpp"
#include "common/json.hpp"
#include "mfpar/rated_items.hpp"

namespace mfpar::tests {

namespace {

constexpr std::uint32_t kTop = 10;
constexpr std::size_t kRatingsOfANewUser = 12;

std::string encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    result.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return result;
}

std::vector<std::string> common_ids(const IdDictionary& a, const IdDictionary& b) {
  std::vector<std::string> ids;
  for (std::uint32_t i = 0; i < a.size(); ++i) {
    if (b.find(a.id(i)) != kNoIndex) ids.push_back(a.id(i));
  }
  if (ids.empty()) throw std::runtime_error("the models have no ids in common");
  return ids;
}

ExpectedAnswer list_of(const ServedModel& served, const std::vector<Recommendation>& list) {
  ExpectedAnswer answer;
  for (const Recommendation& r : list) {
    answer.items.push_back({served.model->items().id(r.item), r.score, r.rating});
  }
  return answer;
}

class Asker {
 public:
  Asker(const std::array<const ServedModel*, 2>& models, std::uint64_t seed)
      : models_(models),
        random_(seed),
        users_(common_ids(models[0]->model->users(), models[1]->model->users())),
        items_(common_ids(models[0]->model->items(), models[1]->model->items())) {}

  Question trained_user() {
    const std::string& user = one_of(users_);
    return ask(kTrainedUser, "GET", "/recommend?top=10&user=" + encoded(user), "",
               [&](const ServedModel& served) {
                 return list_of(served, served.recommender.recommend(
                                            served.model->users().find(user), {.top = kTop}));
               });
  }

  Question new_user() {
    apps::Json ratings;
    std::vector<ItemRating> given;
    while (given.size() < std::min(kRatingsOfANewUser, items_.size())) {
      const std::string& id = one_of(items_);
      if (std::ranges::find(given, id, &ItemRating::item) != given.end()) continue;
      given.push_back({id, 0.5f * static_cast<float>(1 + random_.below(10))});
      ratings[id] = given.back().value;
    }
    return ask(kNewUser, "POST", "/recommend",
               text_of(apps::Json{{"ratings", ratings}, {"top", kTop}}),
               [&](const ServedModel& served) {
                 const RatedItems rated = rated_items(*served.model, given);
                 const FoldedIn row = fold_in_user(*served.model, rated.ratings);
                 return list_of(
                     served, served.recommender.recommend(
                                 UserProfile{row.factors, row.bias, {rated.items}}, {.top = kTop}));
               });
  }

  Question similar_items() {
    const std::string& item = one_of(items_);
    return ask(kSimilarItems, "GET", "/similar?top=10&item=" + encoded(item), "",
               [&](const ServedModel& served) {
                 const ItemIndex index = served.model->items().find(item);
                 const SimilarBy by = served.recommender.usual_similar_by(index);
                 return list_of(served, served.recommender.similar_items(index, kTop,
                                                                         served.usual_filter(by)));
               });
  }

  Question one_rating() {
    const std::string &user = one_of(users_), &item = one_of(items_);
    return ask(kOneRating, "GET", "/predict?user=" + encoded(user) + "&item=" + encoded(item), "",
               [&](const ServedModel& served) {
                 return ExpectedAnswer{{},
                                       served.model->predict(served.model->users().find(user),
                                                             served.model->items().find(item))};
               });
  }

 private:
  const std::string& one_of(const std::vector<std::string>& ids) {
    return ids[random_.below(static_cast<std::uint32_t>(ids.size()))];
  }

  template <class AnswerOf>
  Question ask(QuestionKind kind, const char* method, std::string target, std::string body,
               const AnswerOf& answer_of) const {
    return {kind,
            method,
            std::move(target),
            std::move(body),
            {answer_of(*models_[0]), answer_of(*models_[1])}};
  }

  const std::array<const ServedModel*, 2> models_;
  Random random_;
  const std::vector<std::string> users_, items_;
};

}  // namespace

std::vector<Question> make_questions(const std::array<const ServedModel*, 2>& models,
                                     std::size_t of_each_kind, std::uint64_t seed) {
  Asker asker(models, seed);
  std::vector<Question> questions;
  for (std::size_t i = 0; i < of_each_kind; ++i) {
    questions.push_back(asker.trained_user());
    questions.push_back(asker.new_user());
    questions.push_back(asker.similar_items());
    questions.push_back(asker.one_rating());
  }
  return questions;
}

ReadAnswer read_answer(std::string_view body) {
  const apps::Json json = apps::parse_json(body);
  ReadAnswer result;
  result.version = json.at("model_version").get<std::uint64_t>();
  if (json.contains("rating")) {
    result.answer.rating = json.at("rating").get<float>();
    return result;
  }
  for (const apps::Json& item : json.at("items")) {
    result.answer.items.push_back({id_of(item.at("item")).value(), item.at("score").get<float>(),
                                   item.at("rating").get<float>()});
  }
  return result;
}

}  // namespace mfpar::tests
