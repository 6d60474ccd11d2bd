// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <set>

#include "made_models.hpp"
#include "mfpar/error.hpp"
#include "mfpar/recommender.hpp"
#include "refused_options.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_similar_items)

namespace {

ItemLists lists_of(const std::vector<std::vector<ItemIndex>>& users) {
  std::vector<std::uint64_t> offsets{0};
  std::vector<ItemIndex> items;
  for (const auto& user : users) {
    items.insert(items.end(), user.begin(), user.end());
    offsets.push_back(items.size());
  }
  return {.offsets = FrozenArray<std::uint64_t>(std::move(offsets)),
          .items = FrozenArray<ItemIndex>(std::move(items))};
}

std::shared_ptr<const FactorModel> model_of(const std::vector<std::vector<ItemIndex>>& trained,
                                            const std::vector<std::vector<ItemIndex>>& held_out,
                                            ItemIndex items) {
  auto parts = made_parts({.users = static_cast<UserIndex>(trained.size()), .items = items});
  parts.trained = lists_of(trained);
  if (!held_out.empty()) parts.held_out = lists_of(held_out);
  return std::make_shared<const FactorModel>(std::move(parts));
}

double entropy(const std::vector<double>& counts) {
  double all = 0, sum = 0;
  for (const double n : counts) all += n;
  for (const double n : counts) sum -= n > 0 ? n / all * std::log(n / all) : 0.0;
  return sum;
}

/// The definition, from sets of users.
std::map<ItemIndex, double> by_definition(const std::vector<std::set<UserIndex>>& raters,
                                          std::size_t users, ItemIndex item) {
  std::map<ItemIndex, double> similar;
  const auto all = static_cast<double>(users);
  const auto n = [&](ItemIndex i) { return static_cast<double>(raters[i].size()); };
  for (ItemIndex other = 0; other < raters.size(); ++other) {
    double both = 0;
    for (const UserIndex user : raters[item]) both += raters[other].contains(user) ? 1.0 : 0.0;
    if (other == item || both == 0) continue;
    const double a = n(item), b = n(other);
    const double own = entropy({a, all - a}), theirs = entropy({b, all - b});
    const double information =
        own + theirs - entropy({both, a - both, b - both, all - a - b + both});
    const double scale = std::pow(own, 0.75) * std::pow(theirs, 0.25);
    similar[other] = scale == 0 ? 0 : (both * all < a * b ? -1 : 1) * information / scale;
  }
  return similar;
}

}  // namespace

BOOST_AUTO_TEST_CASE(similar_items_are_those_of_the_highest_cosine) {
  auto parts = made_parts({.items = 300, .rank = 5});
  AlignedBuffer<float> items(parts.items.factors.size());
  std::ranges::copy(parts.items.factors, items.begin());
  std::fill_n(items.begin() + static_cast<std::ptrdiff_t>(7 * parts.stride), parts.stride, 0.0f);
  parts.items.factors = FrozenArray<float>(std::move(items));
  const Recommender recommender(std::make_shared<const FactorModel>(std::move(parts)));
  const FactorModel& model = recommender.model();
  const auto similar = [&](ItemIndex item, std::uint32_t top) {
    return recommender.similar_items(item, top, nullptr, SimilarBy::kFactors);
  };
  const auto cosine = [&](ItemIndex a, ItemIndex b) {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t k = 0; k < 5; ++k) {
      const double x = model.item_row(a)[k], y = model.item_row(b)[k];
      ab += x * y, aa += x * x, bb += y * y;
    }
    return ab / std::sqrt(aa * bb);
  };
  std::vector<double> expected;
  for (ItemIndex item = 0; item < 300; ++item) {
    if (item != 20 && item != 7) expected.push_back(cosine(20, item));
  }
  std::sort(expected.rbegin(), expected.rend());
  const auto list = similar(20, 1000);
  BOOST_REQUIRE_EQUAL(list.size(), expected.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    BOOST_TEST(std::abs(list[i].score - expected[i]) < 1e-5);
    BOOST_TEST(std::abs(list[i].score - cosine(20, list[i].item)) < 1e-5);
    BOOST_TEST(std::abs(recommender.cosine(20, list[i].item) - list[i].score) < 1e-5);
  }
  BOOST_TEST(similar(7, 20).empty());
  BOOST_TEST(recommender.cosine(7, 20) == 0.0f);
  BOOST_TEST(similar(20, 3).size() == 3u);
}

BOOST_AUTO_TEST_CASE(raters_in_common_count_as_the_definition_says) {
  struct {
    std::vector<std::vector<ItemIndex>> trained, held_out;
    ItemIndex items;
  } const rows[] = {
      {{{0, 1}, {0, 1}, {2}, {3}}, {}, 4},                 // always together
      {{{0}, {1}, {0, 1}, {0}, {1}}, {}, 3},               // less than by chance
      {{{0, 1, 2}, {0, 1}, {0, 2}, {0}}, {}, 4},           // an item that everyone rated
      {{{0}, {0, 1}, {2}, {1}}, {{1}, {2}, {0}, {}}, 3},   // held out
      {{{0, 1}, {}, {}, {1, 2}, {2, 3}}, {}, 5},           // users without ratings, nobody's item
      {{{4}, {1, 4}, {1, 2, 4}, {0, 1, 2, 3, 4}}, {}, 5},  // the shorter lists in the longer
  };
  for (const auto& row : rows) {
    const Recommender recommender(model_of(row.trained, row.held_out, row.items));
    const FactorModel& model = recommender.model();
    std::vector<std::set<UserIndex>> raters(row.items);
    std::size_t users = 0;
    for (UserIndex user = 0; user < row.trained.size(); ++user) {
      auto rated = row.trained[user];
      if (!row.held_out.empty()) {
        rated.insert(rated.end(), row.held_out[user].begin(), row.held_out[user].end());
      }
      for (const ItemIndex item : rated) raters[item].insert(user);
      users += rated.empty() ? 0 : 1;
    }
    for (ItemIndex item = 0; item < row.items; ++item) {
      const auto expected = by_definition(raters, users, item);
      const auto list = recommender.similar_items(item, 100, nullptr, SimilarBy::kRaters);
      BOOST_REQUIRE_EQUAL(list.size(), expected.size());
      for (std::size_t i = 0; i < list.size(); ++i) {
        BOOST_TEST(std::abs(list[i].score - expected.at(list[i].item)) < 1e-6);
        BOOST_TEST((i == 0 || list[i - 1].score >= list[i].score));
        const float prior = model.mean() + model.parts().items.biases[list[i].item];
        BOOST_TEST(list[i].rating == model.predict_from_score(prior));
      }
      BOOST_TEST(recommender.similar_items(item, 1, nullptr, SimilarBy::kRaters).size() ==
                 std::min<std::size_t>(1, expected.size()));
    }
  }
}

BOOST_AUTO_TEST_CASE(random_models_agree_with_the_definition) {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    const auto model = made_model({.users = 90, .items = 60, .ratings_each = 12, .seed = seed});
    const Recommender recommender(model);
    std::vector<std::set<UserIndex>> raters(60);
    for (UserIndex user = 0; user < 90; ++user) {
      for (const ItemIndex item : model->parts().trained.of(user)) raters[item].insert(user);
    }
    for (ItemIndex item = 0; item < 60; ++item) {
      const auto expected = by_definition(raters, 90, item);
      for (const Recommendation& r : recommender.similar_items(item, 100)) {
        BOOST_TEST(std::abs(r.score - expected.at(r.item)) < 1e-6);
        BOOST_TEST((r.score >= -1.0f && r.score <= 1.0f));
      }
    }
  }
}

// Raters who rated more than 4 million in all are sampled.
BOOST_AUTO_TEST_CASE(popular_items_are_estimated_closely) {
  constexpr UserIndex kUsers = 30000;
  constexpr ItemIndex kItems = 2000;
  std::vector<std::vector<ItemIndex>> rated(kUsers);
  for (UserIndex user = 0; user < kUsers; ++user) {
    if (user % 10 < 7) rated[user].push_back(0);
    // Items of the same half as the user, more of them to who rated item 0.
    const ItemIndex step = user % 10 < 7 ? 5 : 20;
    for (ItemIndex item = 1 + user % step; item < kItems; item += step) rated[user].push_back(item);
  }
  const Recommender recommender(model_of(rated, {}, kItems));
  std::vector<std::set<UserIndex>> raters(kItems);
  for (const ItemIndex item : {0u, 1u, 2u, 700u, 1999u}) {
    for (UserIndex user = 0; user < kUsers; ++user) {
      if (std::ranges::binary_search(rated[user], item)) raters[item].insert(user);
    }
  }
  const auto expected = by_definition(raters, kUsers, 0);
  const auto list = recommender.similar_items(0, kItems);
  for (const auto& [item, similarity] : expected) {
    const auto found = std::ranges::find(list, item, &Recommendation::item);
    BOOST_REQUIRE((found != list.end()));
    BOOST_TEST(std::abs(found->score - similarity) < 0.01);
  }
  const auto again = recommender.similar_items(0, kItems);
  for (std::size_t i = 0; i < list.size(); ++i) BOOST_TEST(again[i].item == list[i].item);
}

BOOST_AUTO_TEST_CASE(factors_take_the_place_of_raters_that_are_unknown) {
  auto parts = made_parts({.users = 4, .items = 30});
  parts.trained = {};
  const Recommender without(std::make_shared<const FactorModel>(std::move(parts)));
  BOOST_TEST((without.usual_similar_by(3) == SimilarBy::kFactors));
  BOOST_TEST(without.similar_items(3).size() == 20u);
  BOOST_TEST(message_of([&] { without.similar_items(3, 5, nullptr, SimilarBy::kRaters); }) ==
             "the model does not contain who rated what, so that similar items cannot go by "
             "raters; ask for them by factors");

  const Recommender recommender(model_of({{0, 1}, {0, 2}, {1}}, {}, 4));
  BOOST_TEST((recommender.usual_similar_by(0) == SimilarBy::kRaters));
  BOOST_TEST((recommender.usual_similar_by(3) == SimilarBy::kFactors));
  BOOST_TEST(recommender.similar_items(3).size() == 3u);
  BOOST_TEST(recommender.similar_items(3, 9, nullptr, SimilarBy::kRaters).empty());
}

BOOST_AUTO_TEST_CASE(factors_are_those_that_lists_go_by) {
  auto parts = made_parts({.users = 5, .items = 40, .rank = 6});
  auto carried = made_parts({.users = 5, .items = 40, .rank = 9, .biases = false, .seed = 4});
  carried.feedback = Feedback::kOneClass;
  carried.one_class_weights.unobserved_weight = 0.1f;
  parts.one_class = std::make_shared<const FactorModel>(carried);
  const Recommender both(std::make_shared<const FactorModel>(std::move(parts)));
  const Recommender alone(std::make_shared<const FactorModel>(std::move(carried)));
  for (ItemIndex item = 0; item < 40; ++item) {
    const auto list = both.similar_items(item, 40, nullptr, SimilarBy::kFactors);
    const auto expected = alone.similar_items(item, 40, nullptr, SimilarBy::kFactors);
    BOOST_REQUIRE_EQUAL(list.size(), expected.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
      BOOST_TEST(std::abs(list[i].score - expected[i].score) < 1e-6);
      BOOST_TEST(std::abs(list[i].score - both.cosine(item, list[i].item)) < 1e-6);
      BOOST_TEST(std::isfinite(list[i].rating));
      BOOST_TEST(std::isnan(expected[i].rating));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
