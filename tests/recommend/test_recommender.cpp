// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <limits>
#include <thread>

#include "compute/kernels/kernel_set.hpp"
#include "made_models.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/recommender.hpp"
#include "refused_options.hpp"
#include "sanitized.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_recommender)

namespace {

bool is_rated(const UserProfile& profile, ItemIndex item) {
  return std::ranges::any_of(profile.rated, [&](std::span<const ItemIndex> list) {
    return std::ranges::find(list, item) != list.end();
  });
}

/// Every item scored in double and sorted: what a list must be, up to rounding.
std::vector<Recommendation> by_brute_force(const Recommender& recommender,
                                           const UserProfile& profile,
                                           const RecommendOptions& options) {
  const FactorModel& model = recommender.model();
  std::vector<std::pair<double, ItemIndex>> scored;
  for (ItemIndex item = 0; item < model.item_count(); ++item) {
    if (options.filter != nullptr && !options.filter->allows(item)) continue;
    if (options.leave_out_rated && is_rated(profile, item)) continue;
    double score = 0;
    for (std::size_t k = 0; k < profile.factors.size(); ++k) {
      score += static_cast<double>(profile.factors[k]) * model.item_row(item)[k];
    }
    const double rest =
        static_cast<double>(model.mean()) + profile.bias + model.parts().items.biases[item];
    scored.emplace_back(-(score + options.rank_by.value_or(RankBy::rating()).bias_weight * rest),
                        item);
  }
  std::sort(scored.begin(), scored.end());
  std::vector<Recommendation> list;
  for (std::size_t i = 0; i < std::min<std::size_t>(scored.size(), options.top); ++i) {
    list.push_back({.item = scored[i].second, .score = static_cast<float>(-scored[i].first)});
  }
  return list;
}

/// Scores agree, and so do items unless their scores are as good as equal.
void check_like(const std::vector<Recommendation>& list,
                const std::vector<Recommendation>& expected) {
  constexpr float kRounding = 2e-5f;
  BOOST_REQUIRE_EQUAL(list.size(), expected.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    BOOST_TEST(std::abs(list[i].score - expected[i].score) < kRounding);
    if (list[i].item == expected[i].item) continue;
    const auto other = std::ranges::find(expected, list[i].item, &Recommendation::item);
    const float theirs = other == expected.end() ? expected.back().score : other->score;
    BOOST_TEST(std::abs(theirs - list[i].score) < kRounding);
  }
}

void check_same(const std::vector<Recommendation>& a, const std::vector<Recommendation>& b) {
  BOOST_REQUIRE_EQUAL(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    BOOST_TEST(a[i].item == b[i].item);
    BOOST_TEST(a[i].score == b[i].score);
    BOOST_TEST(a[i].rating == b[i].rating);
  }
}

std::vector<UserProfile> profiles_of_all(const Recommender& recommender) {
  std::vector<UserProfile> profiles;
  for (UserIndex user = 0; user < recommender.model().user_count(); ++user) {
    profiles.push_back(recommender.profile_of(user));
  }
  return profiles;
}

}  // namespace

// Sizes around panels (16), groups (256) and blocks of panels, ranks that fill nothing evenly;
// searches that pass panels over (a steep tail) and such that cannot (none).
BOOST_AUTO_TEST_CASE(single_and_batched_lists_are_those_of_brute_force) {
  for (const KernelSet* kernels : available_kernels()) {
    for (const ItemIndex items : {1u, 15u, 16u, 17u, 255u, 257u, 1000u, 5000u}) {
      for (const std::uint32_t rank : {1u, 7u, 32u, 65u}) {
        for (const double tail : {0.0, 1.0}) {
          const Recommender recommender(
              made_model({.users = 13, .items = items, .rank = rank, .tail = tail}), kernels->name);
          for (const float weight : {1.0f, 0.0f, 0.3f, -0.5f}) {
            if (kSanitized && weight != 0.3f) continue;
            const RecommendOptions options{.rank_by = RankBy::blend(weight)};
            const auto profiles = profiles_of_all(recommender);
            const auto lists = recommender.recommend_many(profiles, options, 2);
            BOOST_REQUIRE_EQUAL(lists.size(), profiles.size());
            for (std::size_t t = 0; t < profiles.size(); ++t) {
              check_like(lists[t], by_brute_force(recommender, profiles[t], options));
              check_same(lists[t], recommender.recommend(profiles[t], options));
            }
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(threads_do_not_change_lists) {
  const Recommender recommender(made_model({.users = 500, .items = 3000, .rank = 20}));
  const auto profiles = profiles_of_all(recommender);
  const auto expected = recommender.recommend_many(profiles, {}, 1);
  for (const int threads : {2, 3, 16}) {
    const auto lists = recommender.recommend_many(profiles, {}, threads);
    for (std::size_t t = 0; t < profiles.size(); ++t) check_same(lists[t], expected[t]);
  }
}

BOOST_AUTO_TEST_CASE(one_recommender_serves_many_threads) {
  const Recommender recommender(made_model({.users = 40, .items = 700}));
  const auto profiles = profiles_of_all(recommender);
  const auto expected = recommender.recommend_many(profiles, {}, 1);
  std::vector<int> same(4);
  {
    std::vector<std::jthread> threads;
    for (std::size_t n = 0; n < same.size(); ++n) {
      threads.emplace_back([&, n] {
        for (std::size_t t = 0; t < profiles.size(); ++t) {
          const auto list = recommender.recommend(profiles[(t + 10 * n) % profiles.size()]);
          same[n] += list.front().item == expected[(t + 10 * n) % profiles.size()].front().item;
        }
      });
    }
  }
  for (const int count : same) BOOST_TEST(count == 40);
}

// Factors on a coarse grid make scores that are equal to the bit.
BOOST_AUTO_TEST_CASE(of_equal_scores_the_smaller_index_comes_first) {
  auto parts =
      made_parts({.users = 1, .items = 300, .rank = 2, .biases = false, .ratings_each = 1});
  AlignedBuffer<float> items(300 * parts.stride);
  for (std::size_t i = 0; i < 300; ++i) items[i * parts.stride] = static_cast<float>(i % 3);
  parts.items.factors = FrozenArray<float>(std::move(items));
  AlignedBuffer<float> users(parts.stride);
  users[0] = 1.0f;
  parts.users.factors = FrozenArray<float>(std::move(users));
  const Recommender recommender(std::make_shared<const FactorModel>(std::move(parts)));
  const RecommendOptions options{.top = 150, .leave_out_rated = false};
  const auto list = recommender.recommend(0, options);
  BOOST_REQUIRE_EQUAL(list.size(), 150u);
  for (std::size_t i = 0; i < 150; ++i) {
    BOOST_TEST(list[i].item == (i < 100 ? 3 * i + 2 : 3 * (i - 100) + 1));
  }
  check_same(list, recommender.recommend_many(profiles_of_all(recommender), options)[0]);
}

BOOST_AUTO_TEST_CASE(rated_items_are_left_out_unless_they_are_wanted) {
  auto parts = made_parts({.users = 3, .items = 40, .ratings_each = 5});
  // User 0 has two more that were kept for validation.
  parts.held_out = {.offsets = FrozenArray<std::uint64_t>(std::vector<std::uint64_t>{0, 2, 2, 2}),
                    .items = FrozenArray<ItemIndex>(std::vector<ItemIndex>{1, 39})};
  const Recommender recommender(std::make_shared<const FactorModel>(std::move(parts)));
  const auto list = recommender.recommend(0, {.top = 1000});
  const UserProfile profile = recommender.profile_of(0);
  BOOST_TEST(list.size() == 40u - 5u - 2u + is_rated({.rated = {profile.rated[0], {}}}, 1) +
                                is_rated({.rated = {profile.rated[0], {}}}, 39));
  for (const Recommendation& r : list) BOOST_TEST(!is_rated(profile, r.item));
  BOOST_TEST(recommender.recommend(0, {.top = 1000, .leave_out_rated = false}).size() == 40u);
  // What the model does not have is passed over.
  const std::vector<ItemIndex> odd{2, 40, 47, 48, kNoIndex};
  BOOST_TEST(
      recommender.recommend({.factors = profile.factors, .rated = {odd, {}}}, {.top = 99}).size() ==
      39u);
}

BOOST_AUTO_TEST_CASE(filters_choose_among_the_items) {
  const Recommender recommender(made_model({.users = 30, .items = 600, .ratings_each = 40}));
  const std::vector<ItemIndex> some{3, 5, 8, 130, 131, 599, 600, kNoIndex}, one{8}, none;
  std::uint32_t popular = 0;
  for (ItemIndex item = 0; item < 600; ++item) popular += recommender.rating_count(item) >= 3;
  BOOST_REQUIRE(popular > 0);
  BOOST_REQUIRE(popular < 600);
  struct {
    ItemFilter::Rules rules;
    std::uint32_t size;
  } const rows[] = {{{}, 600},
                    {{.allow = &some}, 6},
                    {{.allow = &some, .deny = one}, 5},
                    {{.deny = some}, 594},
                    {{.allow = &none}, 0},
                    {{.least_ratings = 3}, popular}};
  for (const auto& row : rows) {
    const ItemFilter filter(recommender, row.rules);
    BOOST_TEST(filter.size() == row.size);
    const RecommendOptions options{.top = 1000, .leave_out_rated = false, .filter = &filter};
    const auto profiles = profiles_of_all(recommender);
    const auto lists = recommender.recommend_many(profiles, options);
    for (std::size_t t = 0; t < profiles.size(); ++t) {
      BOOST_TEST(lists[t].size() == row.size);
      check_like(lists[t], by_brute_force(recommender, profiles[t], options));
      check_same(lists[t], recommender.recommend(profiles[t], options));
    }
    for (const SimilarBy by : {SimilarBy::kRaters, SimilarBy::kFactors}) {
      for (const Recommendation& r : recommender.similar_items(8, 1000, &filter, by)) {
        BOOST_TEST(filter.allows(r.item));
        BOOST_TEST(r.item != 8u);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(scores_and_ratings_are_what_they_say) {
  const Recommender recommender(made_model());
  const FactorModel& model = recommender.model();
  for (const float weight : {1.0f, 0.0f, 0.25f}) {
    for (const Recommendation& r : recommender.recommend(4, {.rank_by = RankBy::blend(weight)})) {
      const float interaction = model.interaction(4, r.item);
      const float rest = model.score(4, r.item) - interaction;
      BOOST_TEST(std::abs(r.score - (interaction + weight * rest)) < 1e-5f);
      BOOST_TEST(std::abs(r.rating - model.predict(4, r.item)) < 1e-5f);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_used_is_an_error) {
  const Recommender recommender(made_model()), other(made_model());
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> short_profile(7), bad_profile(8, nan);
  const ItemFilter filter(other, {});
  const auto fails = [&](const UserProfile& profile, const RecommendOptions& options) {
    const auto message = message_of([&] { recommender.recommend(profile, options); });
    BOOST_TEST(message ==
               message_of([&] { recommender.recommend_many(std::span(&profile, 1), options); }));
    return message;
  };
  const UserProfile profile = recommender.profile_of(0);
  BOOST_TEST(fails({.factors = short_profile}, {}) ==
             "a user profile has 7 factors; the model's rank is 8");
  BOOST_TEST(fails({.factors = bad_profile}, {}) ==
             "a user profile has factors that are not finite");
  BOOST_TEST(fails({.factors = profile.factors, .bias = nan}, {}) ==
             "a user profile has a bias that is not finite");
  BOOST_TEST(fails(profile, {.rank_by = RankBy::blend(nan)}) ==
             "a weight that lists are ordered by is not finite");
  const std::string foreign = "the filter was made for another recommender; make one for this";
  BOOST_TEST(fails(profile, {.filter = &filter}) == foreign);
  BOOST_TEST(message_of([&] { recommender.similar_items(0, 5, &filter); }) == foreign);
}

BOOST_AUTO_TEST_CASE(edges_give_short_lists) {
  const Recommender recommender(made_model({.items = 30}));
  BOOST_TEST(recommender.recommend(0, {.top = 0}).empty());
  BOOST_TEST(recommender.similar_items(0, 0).empty());
  BOOST_TEST(recommender.recommend_many({}).empty());
  const Recommender empty(std::make_shared<const FactorModel>());
  BOOST_TEST(empty.recommend(UserProfile{}).empty());
  BOOST_TEST(empty.recommend_many(std::vector<UserProfile>(3)).size() == 3u);
  // Scores beyond the floats are no reason to lose the others.
  const std::vector<float> huge(8, 3e38f);
  BOOST_TEST(recommender.recommend({.factors = huge}, {.top = 5}).size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_stop_request_leaves_lists_empty) {
  const Recommender recommender(made_model());
  std::stop_source source;
  source.request_stop();
  const auto lists =
      recommender.recommend_many(profiles_of_all(recommender), {}, 1, source.get_token());
  BOOST_TEST(lists.size() == 20u);
  for (const auto& list : lists) BOOST_TEST(list.empty());
}

BOOST_AUTO_TEST_SUITE_END()
