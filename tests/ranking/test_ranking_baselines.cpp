// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "item_list_fixtures.hpp"
#include "mfpar/ranking_baselines.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_ranking_baselines)

namespace {

using User = RankingBaselines::User;

/// Items by falling score, of equal ones the smaller index first, without those that score 0.
Items best(const std::vector<float>& scores, const Items& mine, const Items& others,
           std::size_t top) {
  Items order;
  for (ItemIndex item = 0; item < scores.size(); ++item) {
    if (scores[item] > 0 && !has(mine, item) && !has(others, item)) order.push_back(item);
  }
  std::ranges::stable_sort(order, [&](ItemIndex a, ItemIndex b) { return scores[a] > scores[b]; });
  if (order.size() > top) order.resize(top);
  return order;
}

/// Ascending, about `share` of all.
Items some(Random& random, ItemIndex items, double share) {
  Items list;
  for (ItemIndex item = 0; item < items; ++item) {
    // Item 3 is nobody's, small ones are popular.
    if (item != 3 && random.uniform() < share * 8 / (8 + item)) list.push_back(item);
  }
  return list;
}

}  // namespace

BOOST_AUTO_TEST_CASE(lists_are_those_of_the_definitions) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    const ItemIndex items = 4 + random.below(40);
    std::vector<Items> learnt(random.below(30));
    for (Items& list : learnt) list = some(random, items, random.uniform());
    const RankingBaselines baselines(lists_of(learnt), items);

    std::vector<float> raters(items);
    for (const Items& list : learnt) {
      for (const ItemIndex item : list) raters[item] += 1;
    }
    BOOST_TEST_REQUIRE((baselines.raters().size() == items));
    for (ItemIndex item = 0; item < items; ++item) {
      BOOST_TEST(static_cast<float>(baselines.raters()[item]) == raters[item]);
    }
    const auto cosine = [&](ItemIndex i, ItemIndex j) {
      const auto both = std::ranges::count_if(
          learnt, [&](const Items& list) { return has(list, i) && has(list, j); });
      const double norms = static_cast<double>(raters[i]) * raters[j];
      return both == 0 ? 0.0f : static_cast<float>(static_cast<double>(both) / std::sqrt(norms));
    };

    std::vector<Items> mine(25), others(25);
    std::vector<User> users;
    for (std::size_t u = 0; u < mine.size(); ++u) {
      if (u > 0) mine[u] = some(random, items, random.uniform());
      if (u % 2 == 0) others[u] = some(random, items, 0.3);
      users.push_back({mine[u], others[u]});
    }
    for (const std::uint32_t top : {0u, 1u, 5u, 100u}) {
      const auto popular = baselines.most_popular(users, top, 2);
      const auto cosines = baselines.by_cosine(users, top, 2);
      BOOST_TEST((cosines == baselines.by_cosine(users, top, 1)));
      BOOST_TEST_REQUIRE((popular.size() == users.size() && cosines.size() == users.size()));
      for (std::size_t u = 0; u < users.size(); ++u) {
        BOOST_TEST(popular[u] == best(raters, mine[u], others[u], top),
                   boost::test_tools::per_element());
        std::vector<float> scores(items);
        for (const ItemIndex j : mine[u]) {
          for (ItemIndex i = 0; i < items; ++i) scores[i] += cosine(i, j);
        }
        BOOST_TEST(cosines[u] == best(scores, mine[u], others[u], top),
                   boost::test_tools::per_element());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_large_catalogue_goes_in_blocks_and_panels) {
  // 64 MiB hold 46 rows of as many floats, and 256 MiB the scores of 186 users: both are left.
  constexpr ItemIndex kItems = 360'000;
  std::vector<Items> learnt;
  for (ItemIndex user = 0; user < 190; ++user) {
    Items list;
    for (ItemIndex k = 0; k < 3; ++k) list.push_back(user * (k + 1) % 100 + 3000 * k);
    learnt.push_back(list);
  }
  const RankingBaselines baselines(lists_of(learnt), kItems);
  std::vector<User> users;
  for (const Items& list : learnt) users.push_back({list, {}});
  const auto all = baselines.by_cosine(users, 10, 2);
  for (const std::size_t u :
       {std::size_t{0}, std::size_t{99}, std::size_t{150}, std::size_t{189}}) {
    BOOST_TEST(!all[u].empty());
    const auto one = baselines.by_cosine(std::span(users).subspan(u, 1), 10, 1);
    BOOST_TEST(one.front() == all[u], boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(nothing_to_learn_from_lists_nothing) {
  const RankingBaselines baselines({}, 5);
  const Items mine{1, 2};
  const std::vector<User> users{{mine, {}}, {}};
  for (const auto& lists : {baselines.most_popular(users, 3), baselines.by_cosine(users, 3)}) {
    BOOST_TEST(lists.size() == 2);
    for (const Items& list : lists) BOOST_TEST(list.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
