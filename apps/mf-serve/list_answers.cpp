// SPDX-License-Identifier: MIT
#include <optional>
#include <span>
#include <utility>

#include "common/json_ratings.hpp"
#include "mf-serve/answers.hpp"
#include "mf-serve/http_message.hpp"
#include "mf-serve/lister.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

Json refusal_of(const Refusal& refusal) {
  return {{"status", refusal.status}, {"error", refusal.what}};
}

/// What `work` throws, if anything.
template <class Work>
std::optional<Refusal> refusal_by(const Work& work) {
  try {
    work();
    return std::nullopt;
  } catch (const HttpError& e) {
    return Refusal{e.status(), e.what()};
  } catch (const Error& e) {
    return Refusal{422, e.what()};
  }
}

/// The answers of one batch, in the order of its requests.
class BatchAnswers {
 public:
  BatchAnswers(const TitledModel& titled, const BatchQuestion& batch)
      : titled_(titled), batch_(batch), users_(batch.users.size()), answers_(batch.users.size()) {
    for (std::size_t i = 0; i < users_.size(); ++i) meet(i);
    for (std::size_t i = 0; i < users_.size(); ++i) {
      if (users_[i]) answer_alike(i);
    }
  }

  std::vector<Json> take() { return std::move(answers_); }

 private:
  const ListQuestion& list(std::size_t i) const { return batch_.users[i].user.list; }

  void meet(std::size_t i) {
    std::optional<Refusal> refusal = batch_.users[i].refusal;
    if (!refusal) {
      refusal = refusal_by([&] { users_[i].emplace(titled_.served, batch_.users[i].user); });
    }
    if (refusal) answers_[i] = refusal_of(*refusal);
  }

  /// Answers the request and those behind it that ask for a list of the same kind.
  void answer_alike(std::size_t first) {
    std::vector<std::size_t> alike;
    std::vector<UserProfile> profiles;
    for (std::size_t i = first; i < users_.size() && profiles.size() < kBlock; ++i) {
      if (!users_[i] || list(i) != list(first)) continue;
      alike.push_back(i);
      profiles.push_back(users_[i]->profile());
    }
    const auto refusal = refusal_by([&] {
      const Lister lister(titled_, list(first));
      const auto found = lister.find(profiles);
      for (std::size_t k = 0; k < alike.size(); ++k) {
        lister.add(*users_[alike[k]], found[k], answers_[alike[k]]);
      }
    });
    for (const std::size_t i : alike) {
      if (refusal) answers_[i] = refusal_of(*refusal);
      users_[i].reset();
    }
  }

  static constexpr std::size_t kBlock = 256;

  const TitledModel& titled_;
  const BatchQuestion& batch_;
  std::vector<std::optional<ListedUser>> users_;  ///< those who have no answer yet
  std::vector<Json> answers_;
};

}  // namespace

Json recommend(const TitledModel& titled, const UserQuestion& question) {
  const ListedUser user(titled.served, question);
  const Lister lister(titled, question.list);
  Json answer{{"model_version", titled.served.version}};
  lister.add(user, lister.find(std::span(&user.profile(), 1)).front(), answer);
  return answer;
}

std::string recommend_batch(const TitledModel& titled, const BatchQuestion& batch) {
  std::vector<Json> answers = BatchAnswers(titled, batch).take();
  if (!batch.is_lines) {
    return text_of({{"model_version", titled.served.version}, {"answers", std::move(answers)}}) +
           '\n';
  }
  std::string text;
  for (const Json& answer : answers) {
    Json line{{"model_version", titled.served.version}};
    line.insert(answer.begin(), answer.end());
    text += text_of(line) + '\n';
  }
  return text;
}

Json similar_to(const TitledModel& titled, const SimilarQuestion& question) {
  const ServedModel& served = titled.served;
  const ListQuestion& list = question.list;
  const ItemIndex index = served.model->items().find(question.item);
  if (index == kNoIndex) {
    throw HttpError(
        404, "the model has no item '" + question.item + "'; it has those that it was trained on");
  }
  const SimilarBy by = list.similar_by.value_or(served.recommender.usual_similar_by(index));
  const Listed listed(titled, by, list);
  const auto found = served.recommender.similar_items(index, listed.depth(), listed.filter(), by);
  Json items = Json::array();
  for (const Recommendation& r : listed.page(found)) {
    Json item = item_of(titled, r, list.fields);
    item["similarity"] = r.score;
    item["cosine"] = by == SimilarBy::kFactors ? r.score : served.recommender.cosine(index, r.item);
    list.fields.confine(item);
    items.push_back(std::move(item));
  }
  std::vector<std::string> warnings;
  listed.warn(items.size(), warnings);
  return {{"model_version", served.version},
          {"item", question.item},
          {"similar_to", question.item},
          {"similar_by", name_of(by)},
          {"ratings", served.recommender.rating_count(index)},
          {"items", std::move(items)},
          {"warnings", std::move(warnings)}};
}

}  // namespace mfpar::apps
