// SPDX-License-Identifier: MIT
#include "mf-eval/ranked_model.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/progress_line.hpp"
#include "mf-eval/pairs.hpp"

namespace mfpar::apps {

namespace {

/// Lists in memory at a time.
constexpr std::size_t kUsersAtOnce = 16384;

/// Scores of EASE in memory at a time, of users x items; with those of a model some 300 MB.
constexpr std::size_t kScoresAtOnce = std::size_t{16} << 20;

}  // namespace

RankedModel::RankedModel(std::string path, FactorModel model, const RankingPairs& test,
                         const RankingPairs* given, const RankingCommand& command)
    : path_(std::move(path)),
      test_(test),
      command_(command),
      recommender_(std::make_shared<const FactorModel>(std::move(model))),
      rank_by_(command.rank_by.value_or(usual_rank_by(this->model()))),
      least_ratings_(command.least_ratings.value_or(usual_least_ratings(this->model(), rank_by_))),
      baselines_(this->model().parts().trained, this->model().item_count()),
      items_(found_in(this->model().items(), *test.items)),
      profiles_(test.users->size()) {
  const auto users = found_in(this->model().users(), *test.users);
  for (UserIndex user = 0; user < users.size(); ++user) {
    if (users[user] != kNoIndex) profiles_[user] = recommender_.profile_of(users[user]);
  }
  if (given != nullptr) fold_in(*given);
}

void RankedModel::fold_in(const RankingPairs& given) {
  const auto items = found_in(model().items(), *given.items);
  // What a pair without a rating counts as: a positive.
  const float chosen = model().parts().one_class_weights.relevant.value_or(1.0f);
  std::vector<UserIndex> users;
  for (UserIndex user = 0; user < given.users->size(); ++user) {
    const UserIndex of_test = test_.users->find(given.users->id(user));
    if (of_test == kNoIndex) continue;
    if (knows_user(of_test)) {
      ++given_in_vain_;
      continue;
    }
    std::vector<FoldInRating> ratings;
    for (const auto& entry : given.of(user)) {
      const float value = entry.is_rated ? entry.value : chosen;
      ratings.push_back({.index = items[entry.item], .value = value});
      if (model().feedback() == Feedback::kRatings) off_scale_.add(value, model().range());
    }
    users.push_back(of_test);
    given_.push_back(rated_items(model(), std::move(ratings)));
  }
  std::vector<std::span<const FoldInRating>> ratings;
  for (const RatedItems& rated : given_) ratings.emplace_back(rated.ratings);
  folded_in_ = fold_in_users(model(), ratings, {}, command_.read.threads);
  for (std::size_t i = 0; i < users.size(); ++i) {
    profiles_[users[i]] = profile_of(folded_in_[i], given_[i].items);
  }
}

bool RankedModel::leaves_out(UserIndex user, ItemIndex of_test) const {
  const ItemIndex item = items_[of_test];
  return item != kNoIndex && std::ranges::any_of(profiles_[user].rated, [&](const auto& list) {
           return std::binary_search(list.begin(), list.end(), item);
         });
}

template <class MakeLists>
RankingMeasures RankedModel::measure_lists(std::size_t users_at_once,
                                           std::span<const UserIndex> users,
                                           std::span<const std::vector<ItemIndex>> relevant,
                                           const MakeLists& make_lists) const {
  RankingMeasures measures(command_.cuts, baselines_.raters(), model().user_count());
  ProgressLine line;
  for (std::size_t begin = 0; begin < users.size(); begin += users_at_once) {
    const auto some = users.subspan(begin, std::min(users_at_once, users.size() - begin));
    const auto lists = make_lists(some);
    for (std::size_t u = 0; u < some.size(); ++u) measures.add(lists[u], relevant[begin + u]);
    line.show(begin + some.size(), users.size(), "lists");
  }
  return measures;
}

std::vector<std::vector<Recommendation>> RankedModel::recommended(std::span<const UserIndex> users,
                                                                  std::uint32_t top) const {
  const ItemFilter filter(recommender_, {.least_ratings = least_ratings_});
  std::vector<UserProfile> profiles;
  for (const UserIndex user : users) profiles.push_back(profiles_[user]);
  return recommender_.recommend_many(profiles, {.top = top, .rank_by = rank_by_, .filter = &filter},
                                     command_.read.threads);
}

std::vector<RankingBaselines::User> RankedModel::listed(std::span<const UserIndex> users) const {
  std::vector<RankingBaselines::User> listed;
  for (const UserIndex user : users) {
    listed.push_back({profiles_[user].rated[0], profiles_[user].rated[1]});
  }
  return listed;
}

RankingMeasures RankedModel::measure(std::span<const UserIndex> users,
                                     std::span<const std::vector<ItemIndex>> relevant) const {
  return measure_lists(kUsersAtOnce, users, relevant, [&](std::span<const UserIndex> some) {
    Lists lists;
    for (const auto& list : recommended(some, command_.cuts.back())) {
      auto& items = lists.emplace_back();
      for (const Recommendation& place : list) items.push_back(place.item);
    }
    return lists;
  });
}

RankingMeasures RankedModel::measure(Baseline by, std::span<const UserIndex> users,
                                     std::span<const std::vector<ItemIndex>> relevant) const {
  return measure_lists(kUsersAtOnce, users, relevant, [&](std::span<const UserIndex> some) {
    return by == Baseline::kPopular
               ? baselines_.most_popular(listed(some), command_.cuts.back(), command_.read.threads)
               : baselines_.by_cosine(listed(some), command_.cuts.back(), command_.read.threads);
  });
}

Ease RankedModel::ease(double penalty) const {
  return Ease(model().parts().trained, model().item_count(), penalty, command_.read.threads);
}

RankingMeasures RankedModel::measure(const Ease& ease, double weight,
                                     std::span<const UserIndex> users,
                                     std::span<const std::vector<ItemIndex>> relevant) const {
  const std::size_t items = model().item_count();
  const std::size_t at_once = std::max<std::size_t>(1, kScoresAtOnce / items);
  return measure_lists(at_once, users, relevant, [&](std::span<const UserIndex> some) {
    std::vector<float> scores = ease.scores(listed(some), command_.read.threads);
    const auto of = [&](std::size_t u) { return std::span(scores).subspan(u * items, items); };
    if (weight < 1.0) {
      const auto lists = recommended(some, model().item_count());
      for (std::size_t u = 0; u < some.size(); ++u) {
        // What the model does not list, the mixture does not either.
        std::vector<float> mixed(items, -std::numeric_limits<float>::infinity());
        for (const Recommendation& r : lists[u]) {
          mixed[r.item] = static_cast<float>(weight * of(u)[r.item] + (1.0 - weight) * r.score);
        }
        std::ranges::copy(mixed, of(u).begin());
      }
    }
    Lists lists;
    for (std::size_t u = 0; u < some.size(); ++u) {
      lists.push_back(best_items(of(u), command_.cuts.back()));
    }
    return lists;
  });
}

}  // namespace mfpar::apps
