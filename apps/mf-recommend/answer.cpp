// SPDX-License-Identifier: MIT
#include "mf-recommend/answer.hpp"

#include <algorithm>
#include <utility>

#include "common/for_each.hpp"
#include "common/json_ratings.hpp"

namespace mfpar::apps {

namespace {

/// What a list is chosen from, and what to warn of.
struct Chosen {
  Chosen(const Catalogue& catalogue, const ListRequest& request)
      : filter(catalogue.filter(request.rank_by, request.least_ratings, request.choice, warnings)) {
  }

  std::vector<std::string> warnings;
  std::shared_ptr<const ItemFilter> filter;
};

/// A list that begins behind the best `offset`.
void pass_over(std::uint32_t offset, std::vector<Recommendation>& list) {
  list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(
                                              std::min<std::size_t>(offset, list.size())));
}

std::vector<std::vector<Recommendation>> lists_for(const Catalogue& catalogue,
                                                   std::span<const UserProfile> profiles,
                                                   const ListRequest& request,
                                                   const ItemFilter& filter, int threads) {
  const Recommender& recommender = catalogue.recommender();
  const RecommendOptions options{.top = request.top + request.offset,
                                 .rank_by = request.rank_by,
                                 .leave_out_rated = request.leave_out_rated,
                                 .filter = &filter,
                                 .least_rating = request.least_rating,
                                 .at_most = request.at_most,
                                 .diversity = request.diversity};
  std::vector<std::vector<Recommendation>> lists(profiles.size());
  if (request.top == 0) return lists;
  if (profiles.size() == 1) {
    lists.front() = recommender.recommend(profiles.front(), options);
  } else {
    lists = recommender.recommend_many(profiles, options, threads);
  }
  for (auto& list : lists) pass_over(request.offset, list);
  return lists;
}

/// What was chosen, and why a list is shorter than asked for.
void warn_of(const Catalogue& catalogue, const ListRequest& request, const Chosen& chosen,
             Answer& answer) {
  answer.warnings.insert(answer.warnings.end(), chosen.warnings.begin(), chosen.warnings.end());
  if (answer.items.size() >= request.top) return;
  const std::uint32_t least = catalogue.least_ratings(request.rank_by, request.least_ratings);
  const bool is_filtered = chosen.filter->size() < catalogue.model().item_count();
  answer.warnings.push_back(short_list_warning(answer.items.size(),
                                               {.least_ratings = is_filtered ? least : 0,
                                                .least_rating = request.least_rating,
                                                .limits_groups = !request.at_most.empty()},
                                               "--least-ratings", "--least-rating", "--at-most"));
}

/// Of a trained user, whose ratings the model does not keep: the split alone.
Explanation explain(const FactorModel& model, UserIndex user, ItemIndex item, RankBy rank_by) {
  if (rank_by.one_class_weight != 0.0f && model.one_class() != &model) {
    return explain(*model.one_class(), user, item, rank_by);
  }
  return {.mean = model.mean(),
          .user_bias = model.parts().users.biases[user],
          .item_bias = model.parts().items.biases[item],
          .interaction = model.interaction(user, item),
          .influences = {}};
}

/// The penalties that `row` was folded in with, so that the row that ranked is explained.
FoldInOptions same_as(const FoldedIn& row) {
  constexpr double kMinAlpha = 1e-12;  // for a model that was trained without penalty
  return {.penalty = FoldInOptions::Penalty::kFixed,
          .alpha = std::max(row.alpha, kMinAlpha),
          .bias_alpha = std::max(row.bias_alpha, kMinAlpha)};
}

}  // namespace

std::vector<Answer> answers_for(const Catalogue& catalogue, std::span<const UserIndex> users,
                                const ListRequest& request, int threads) {
  const FactorModel& model = catalogue.model();
  std::vector<UserProfile> profiles;
  for (const UserIndex user : users) profiles.push_back(catalogue.recommender().profile_of(user));
  const Chosen chosen(catalogue, request);
  auto lists = lists_for(catalogue, profiles, request, *chosen.filter, threads);
  std::vector<Answer> answers(users.size());
  for (std::size_t i = 0; i < users.size(); ++i) {
    Answer& answer = answers[i];
    answer.id = model.users().id(users[i]);
    answer.ratings = static_cast<std::uint32_t>(profiles[i].rated[0].size());
    answer.rank_by = request.rank_by;
    answer.items = std::move(lists[i]);
    warn_of(catalogue, request, chosen, answer);
    answer.fields = request.fields;
    if (!request.explain) continue;
    for (const Recommendation& item : answer.items) {
      answer.explanations.push_back(explain(model, users[i], item.item, request.rank_by));
    }
  }
  return answers;
}

std::vector<Answer> answers_for(const Catalogue& catalogue, std::span<const NewUser> users,
                                const FoldInOptions& fold_in, const ListRequest& request,
                                int threads) {
  std::vector<std::span<const FoldInRating>> ratings;
  for (const NewUser& user : users) ratings.emplace_back(user.rated.ratings);
  std::vector<FoldedIn> rows = fold_in_users(catalogue.model(), ratings, fold_in, threads);
  std::vector<UserProfile> profiles;
  for (std::size_t i = 0; i < users.size(); ++i) {
    profiles.push_back(profile_of(rows[i], users[i].rated.items));
  }
  const Chosen chosen(catalogue, request);
  auto lists = lists_for(catalogue, profiles, request, *chosen.filter, threads);
  std::vector<Answer> answers(users.size());
  for_each_index(users.size(), threads, [&](std::size_t i) {
    Answer& answer = answers[i];
    answer.id = users[i].id;
    answer.is_new = true;
    answer.ratings = rows[i].used;
    answer.rank_by = request.rank_by;
    answer.items = std::move(lists[i]);
    answer.warnings = users[i].warnings;
    warn_of(catalogue, request, chosen, answer);
    answer.fields = request.fields;
    if (request.explain && !answer.items.empty()) {
      const FoldInSession session(catalogue.recommender().shared_model(), users[i].rated.ratings,
                                  same_as(rows[i]));
      const FoldInSession& explained =
          request.rank_by.one_class_weight != 0.0f ? *session.one_class() : session;
      for (const Recommendation& item : answer.items) {
        answer.explanations.push_back(explained.explain(item.item));
      }
    }
  });
  return answers;
}

Answer similar_to(const Catalogue& catalogue, ItemIndex item, const ListRequest& asked,
                  std::optional<SimilarBy> by) {
  const Recommender& recommender = catalogue.recommender();
  Answer answer{.id = catalogue.model().items().id(item),
                .is_similar = true,
                .similar_by = by.value_or(recommender.usual_similar_by(item)),
                .fields = asked.fields};
  const std::uint32_t least = catalogue.asked_least_ratings().value_or(
      usual_least_ratings(catalogue.model(), answer.similar_by));
  const ListRequest request{.top = asked.top,
                            .rank_by = RankBy::interaction(),
                            .least_ratings = least,
                            .offset = asked.offset,
                            .choice = asked.choice};
  const Chosen chosen(catalogue, request);
  answer.items = recommender.similar_items(item, request.top + request.offset, chosen.filter.get(),
                                           answer.similar_by);
  pass_over(request.offset, answer.items);
  for (const Recommendation& r : answer.items) {
    const bool is_cosine = answer.similar_by == SimilarBy::kFactors;
    answer.cosines.push_back(is_cosine ? r.score : recommender.cosine(item, r.item));
  }
  answer.ratings = recommender.rating_count(item);
  warn_of(catalogue, request, chosen, answer);
  return answer;
}

}  // namespace mfpar::apps
