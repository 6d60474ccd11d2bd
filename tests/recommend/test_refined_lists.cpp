// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <map>

#include "made_models.hpp"
#include "mfpar/error.hpp"
#include "mfpar/recommender.hpp"
#include "sanitized.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_refined_lists)

namespace {

using List = std::vector<Recommendation>;

bool same(const List& a, const List& b) {
  return std::ranges::equal(a, b, [](const Recommendation& x, const Recommendation& y) {
    return x.item == y.item && x.score == y.score && x.rating == y.rating;
  });
}

/// Group i % count for item i; every seventh item belongs to the next group too, every eleventh to
/// none.
ItemGroups made_groups(ItemIndex items, std::uint32_t count) {
  ItemGroups groups(items);
  for (ItemIndex item = 0; item < items; ++item) {
    if (item % 11 == 0) continue;
    groups[item].push_back(item % count);
    if (item % 7 == 0) groups[item].push_back((item + 1) % count);
  }
  return groups;
}

double cosine(const FactorModel& model, ItemIndex a, ItemIndex b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t k = 0; k < model.rank(); ++k) {
    const double x = model.item_row(a)[k], y = model.item_row(b)[k];
    ab += x * y, aa += x * x, bb += y * y;
  }
  return ab / std::sqrt(aa * bb);
}

bool has_room(const RecommendOptions& options, const List& list, ItemIndex item) {
  for (const GroupLimit& limit : options.at_most) {
    if (item >= limit.groups->size()) continue;
    for (const std::uint32_t group : (*limit.groups)[item]) {
      std::uint32_t listed = 0;
      for (const Recommendation& r : list) {
        if (r.item >= limit.groups->size()) continue;
        listed += std::ranges::count((*limit.groups)[r.item], group) > 0 ? 1u : 0u;
      }
      if (listed >= limit.at_most) return false;
    }
  }
  return true;
}

/// What the list must be, from the whole catalogue in order.
List by_definition(const List& catalogue, const RecommendOptions& options,
                   const FactorModel& model) {
  List rated;
  for (const Recommendation& r : catalogue) {
    if (!options.least_rating || r.rating >= *options.least_rating) rated.push_back(r);
  }
  const double d = options.diversity;
  for (std::size_t pooled = d == 0 ? rated.size() : std::max(10u * options.top, 200u);;
       pooled *= 4) {
    List pool(rated.begin(),
              rated.begin() + static_cast<std::ptrdiff_t>(std::min(pooled, rated.size())));
    List list;
    while (list.size() < options.top) {
      const Recommendation* best = nullptr;
      double highest = 0;
      for (const Recommendation& r : pool) {
        if (std::ranges::count(list, r.item, &Recommendation::item)) continue;
        if (!has_room(options, list, r.item)) continue;
        double nearest = list.empty() || d == 0 ? 0.0 : -1.0;
        for (const Recommendation& other : list) {
          if (d != 0) nearest = std::max(nearest, cosine(model, r.item, other.item));
        }
        const double range = pool.front().score - pool.back().score;
        const double relevance =
            range > 0 ? (static_cast<double>(r.score) - pool.back().score) / range : 0;
        const double worth = (1 - d) * relevance - d * nearest;
        if (best != nullptr && worth <= highest) continue;
        best = &r;
        highest = worth;
        if (d == 0) break;  // the first of those in order
      }
      if (best == nullptr) break;
      list.push_back(*best);
    }
    if (list.size() == options.top || pooled >= rated.size()) return list;
  }
}

std::shared_ptr<const FactorModel> with_one_class(bool alone) {
  auto carried = made_parts({.users = 6, .items = 400, .rank = 5, .biases = false, .seed = 9});
  carried.feedback = Feedback::kOneClass;
  carried.one_class_weights.unobserved_weight = 0.1f;
  auto one_class = std::make_shared<const FactorModel>(std::move(carried));
  if (alone) return one_class;
  auto parts = made_parts({.users = 6, .items = 400});
  parts.one_class = one_class;
  return std::make_shared<const FactorModel>(std::move(parts));
}

std::vector<UserProfile> profiles_of_all(const Recommender& recommender) {
  std::vector<UserProfile> profiles;
  for (UserIndex user = 0; user < recommender.model().user_count(); ++user) {
    profiles.push_back(recommender.profile_of(user));
  }
  return profiles;
}

}  // namespace

BOOST_AUTO_TEST_CASE(lists_are_those_of_the_definition) {
  const ItemGroups few = made_groups(400, 5), many = made_groups(390, 40);
  const std::vector<std::vector<GroupLimit>> limits{
      {}, {{&few, 1}}, {{&few, 3}}, {{&many, 1}}, {{&few, 2}, {&many, 1}}};
  const auto rank_bys = {RankBy::rating(), RankBy::interaction(), RankBy::one_class(),
                         RankBy::one_class(0.1f)};
  const Recommender recommender(with_one_class(/*alone=*/false));
  const FactorModel& model = recommender.model();
  const std::vector<ItemIndex> denied{3, 5, 8, 130, 131};
  const ItemFilter filter(recommender, {.deny = denied});
  const auto profiles = profiles_of_all(recommender);
  // A sanitizer takes minutes for all of these, and sees the same code in a part of them.
  const std::vector<float> diversities =
      kSanitized ? std::vector{0.0f, 0.3f} : std::vector{0.0f, 0.3f, 1.0f};
  const std::vector<std::uint32_t> tops =
      kSanitized ? std::vector{7u} : std::vector{0u, 1u, 7u, 30u};
  std::size_t full = 0, shorter = 0;
  for (const RankBy rank_by : rank_bys) {
    const FactorModel& factors = rank_by.one_class_weight != 0 ? *model.one_class() : model;
    for (const std::optional<float> least :
         {std::optional<float>(), std::optional(3.6f), std::optional(4.4f), std::optional(9.0f)}) {
      for (const auto& at_most : limits) {
        for (const float diversity : diversities) {
          for (const std::uint32_t top : tops) {
            RecommendOptions options{.top = 400, .rank_by = rank_by, .filter = &filter};
            std::vector<List> expected;
            std::vector<List> catalogues = recommender.recommend_many(profiles, options);
            options.top = top;
            options.least_rating = least;
            options.at_most = at_most;
            options.diversity = diversity;
            const auto lists = recommender.recommend_many(profiles, options, 2);
            for (std::size_t t = 0; t < profiles.size(); ++t) {
              BOOST_TEST(same(lists[t], by_definition(catalogues[t], options, factors)));
              BOOST_TEST(same(lists[t], recommender.recommend(profiles[t], options)));
              (lists[t].size() == top ? full : shorter) += 1;
            }
          }
        }
      }
    }
  }
  const std::size_t many_times = kSanitized ? 100 : 1000;
  BOOST_TEST((full > many_times && shorter > many_times));  // neither case is a rarity
}

BOOST_AUTO_TEST_CASE(no_diversity_changes_nothing) {
  const Recommender recommender(made_model({.users = 10, .items = 500}));
  for (UserIndex user = 0; user < 10; ++user) {
    BOOST_TEST(same(recommender.recommend(user, {.top = 50}),
                    recommender.recommend(user, {.top = 50, .diversity = 0.0f})));
  }
}

BOOST_AUTO_TEST_CASE(more_diversity_makes_items_less_alike) {
  const Recommender recommender(made_model({.users = 30, .items = 2000, .rank = 4}));
  double last_similarity = 2, last_score = 99;
  for (const float diversity : {0.0f, 0.1f, 0.3f, 0.6f}) {
    double similarity = 0, score = 0;
    for (UserIndex user = 0; user < 30; ++user) {
      const List list = recommender.recommend(user, {.top = 10, .diversity = diversity});
      for (std::size_t i = 0; i < 10; ++i) {
        score += list[i].score;
        double nearest = i == 0 ? 0 : -1;
        for (std::size_t j = 0; j < i; ++j) {
          nearest = std::max(nearest, cosine(recommender.model(), list[i].item, list[j].item));
        }
        similarity += nearest;
      }
    }
    similarity /= 30 * 9;
    score /= 30 * 10;
    BOOST_TEST(similarity < last_similarity);
    BOOST_TEST(score < last_score);
    last_similarity = similarity;
    last_score = score;
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_asked_for_is_an_error) {
  const Recommender rating(made_model()), one_class(with_one_class(/*alone=*/true));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const ItemGroups groups;
  const GroupLimit none{&groups, 0}, nowhere{nullptr, 1};
  const std::string limit = "a limit of items a group needs groups, and to be 1 or more";
  const std::string range = "the diversity must be from 0 to 1";
  struct {
    const Recommender* recommender;
    RecommendOptions options;
    std::string message;
  } const rows[] = {
      {&rating, {.least_rating = nan}, "the least rating is not a number"},
      {&rating, {.at_most = std::span(&none, 1)}, limit},
      {&rating, {.at_most = std::span(&nowhere, 1)}, limit},
      {&rating, {.diversity = -0.1f}, range},
      {&rating, {.diversity = 1.1f}, range},
      {&rating, {.diversity = nan}, range},
      {&one_class, {.diversity = nan}, range},
      {&one_class,
       {.least_rating = 3.0f},
       "the model was trained on one-class feedback alone and predicts no ratings, so that lists "
       "cannot ask for a least rating; train with --feedback both, or leave the least rating out"},
  };
  for (const auto& row : rows) {
    const auto is_it = [&](const Error& e) {
      return e.code() == ErrorCode::kBadOption && e.what() == row.message;
    };
    const UserProfile profile = row.recommender->profile_of(0);
    BOOST_CHECK_EXCEPTION(row.recommender->recommend(profile, row.options), Error, is_it);
    BOOST_CHECK_EXCEPTION(row.recommender->recommend_many(std::span(&profile, 1), row.options),
                          Error, is_it);
  }
}

BOOST_AUTO_TEST_SUITE_END()
