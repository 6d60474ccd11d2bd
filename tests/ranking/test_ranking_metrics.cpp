// SPDX-License-Identifier: MIT
//
// Measures of lists: by hand, and against the definitions written down once more, without cuts in
// common, tables or sorted lists.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "base/random.hpp"
#include "mfpar/error.hpp"
#include "mfpar/ranking_metrics.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_ranking_metrics)

namespace {

using Items = std::vector<ItemIndex>;

constexpr RankingMetric kMetrics[] = {RankingMetric::kNdcg,      RankingMetric::kRecall,
                                      RankingMetric::kPrecision, RankingMetric::kMap,
                                      RankingMetric::kMrr,       RankingMetric::kHitRate};

/// One user's value by definition.
double naive(RankingMetric metric, const Items& list, const Items& relevant, std::uint32_t cut) {
  const std::set<ItemIndex> wanted(relevant.begin(), relevant.end());
  std::vector<bool> is_hit;
  for (std::size_t r = 0; r < cut; ++r) {
    is_hit.push_back(r < list.size() && wanted.contains(list[r]));
  }
  const auto hits_until = [&](std::size_t rank) {
    return static_cast<double>(
        std::count(is_hit.begin(), is_hit.begin() + static_cast<std::ptrdiff_t>(rank), true));
  };
  const std::size_t possible = std::min<std::size_t>(cut, relevant.size());
  const double hits = hits_until(cut);
  switch (metric) {
    case RankingMetric::kPrecision:
      return hits / cut;
    case RankingMetric::kRecall:
      return hits / static_cast<double>(possible);
    case RankingMetric::kHitRate:
      return hits > 0 ? 1 : 0;
    case RankingMetric::kMrr: {
      const auto first = std::find(is_hit.begin(), is_hit.end(), true);
      return first == is_hit.end() ? 0 : 1.0 / static_cast<double>(first - is_hit.begin() + 1);
    }
    case RankingMetric::kMap: {
      double sum = 0;
      for (std::size_t rank = 1; rank <= cut; ++rank) {
        if (is_hit[rank - 1]) sum += hits_until(rank) / static_cast<double>(rank);
      }
      return sum / static_cast<double>(possible);
    }
    case RankingMetric::kNdcg: {
      double gain = 0, most = 0;
      for (std::size_t rank = 1; rank <= cut; ++rank) {
        const double weight = std::log(2) / std::log(static_cast<double>(rank) + 1);
        if (is_hit[rank - 1]) gain += weight;
        if (rank <= possible) most += weight;
      }
      return gain / most;
    }
  }
  return -1;
}

/// `count` different items below `items`, in random order.
Items some(Random& random, ItemIndex items, std::size_t count) {
  Items all;
  for (ItemIndex item = 0; item < items; ++item) all.push_back(item);
  for (std::size_t at = 0; at < count; ++at) {
    std::swap(all[at], all[at + random.below(static_cast<std::uint32_t>(items - at))]);
  }
  all.resize(count);
  return all;
}

Items sorted(Items items) {
  std::ranges::sort(items);
  return items;
}

void check_near(double found, double expected, const char* what) {
  BOOST_TEST(std::abs(found - expected) < 1e-12, what << ": " << found << " for " << expected);
}

}  // namespace

BOOST_AUTO_TEST_CASE(values_by_hand) {
  const double second = 1 / std::log2(3.0), third = 0.5, fourth = 1 / std::log2(5.0);
  const struct {
    Items list, relevant;
    std::uint32_t cut;
    double values[6];  // NDCG, recall, precision, MAP, MRR, hit rate
  } rows[] = {{{7, 3, 9}, {3, 7, 9}, 3, {1, 1, 1, 1, 1, 1}},
              {{7, 3, 9, 4}, {3, 4}, 4, {(second + fourth) / (1 + second), 1, 0.5, 0.5, 0.5, 1}},
              {{7, 3, 9, 4}, {3, 4}, 2, {second / (1 + second), 0.5, 0.5, 0.25, 0.5, 1}},
              {{7, 3, 9, 4}, {3, 4}, 1, {0, 0, 0, 0, 0, 0}},
              // More are relevant than the list is long: the best list has 1.
              {{1, 2}, {0, 1, 2, 3}, 2, {1, 1, 1, 1, 1, 1}},
              {{1, 5, 2},
               {0, 1, 2, 3},
               3,
               {(1 + third) / (1 + second + third), 2.0 / 3, 2.0 / 3, (1 + 2.0 / 3) / 3, 1, 1}},
              // A list shorter than the cut is one that ends in misses.
              {{1}, {1, 2}, 10, {1 / (1 + second), 0.5, 0.1, 0.5, 1, 1}},
              {{}, {1, 2}, 10, {0, 0, 0, 0, 0, 0}},
              // What no list can hold is relevant all the same.
              {{1}, {1, kNoIndex, kNoIndex}, 2, {1 / (1 + second), 0.5, 0.5, 0.5, 1, 1}}};
  for (const auto& row : rows) {
    RankingMeasures measures({row.cut}, std::vector<std::uint32_t>(10, 1), 4);
    measures.add(row.list, row.relevant);
    for (const RankingMetric metric : kMetrics) {
      const auto at = static_cast<std::size_t>(metric);
      check_near(measures.mean(metric, 0), row.values[at], kRankingMetricNames[at].data());
    }
    check_near(ndcg_at(row.list, row.relevant, row.cut), row.values[0], "ndcg_at");
  }
  BOOST_TEST(ndcg_at(Items{1, 2}, Items{}, 5) == 0);
  BOOST_TEST(ndcg_at(Items{1, 2}, Items{1}, 0) == 0);
}

BOOST_AUTO_TEST_CASE(random_lists_are_measured_as_defined) {
  constexpr ItemIndex kItems = 60;
  const std::vector<std::uint32_t> cuts{1, 2, 5, 10, 11, 40, 200};
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    RankingMeasures measures(cuts, std::vector<std::uint32_t>(kItems, 1), 4);
    std::vector<Items> lists, relevant;
    const std::uint32_t users = random.below(30);
    std::uint64_t without = 0;
    for (std::uint32_t u = 0; u < users; ++u) {
      lists.push_back(some(random, kItems, random.below(kItems + 1)));
      relevant.push_back(sorted(some(random, kItems, random.below(25))));
      measures.add(lists.back(), relevant.back());
      if (relevant.back().empty()) {
        ++without;
        lists.pop_back();
        relevant.pop_back();
      }
    }
    BOOST_TEST(measures.users() == lists.size());
    BOOST_TEST(measures.without_relevant() == without);
    BOOST_TEST(measures.values().size() == lists.size() * measures.columns());
    for (std::size_t cut = 0; cut < cuts.size(); ++cut) {
      for (const RankingMetric metric : kMetrics) {
        double sum = 0;
        for (std::size_t u = 0; u < lists.size(); ++u) {
          const double expected = naive(metric, lists[u], relevant[u], cuts[cut]);
          check_near(measures.values()[u * measures.columns() + measures.column(metric, cut)],
                     expected, "value");
          sum += expected;
        }
        const double mean = measures.mean(metric, cut);
        if (lists.empty()) {
          BOOST_TEST(std::isnan(mean));
        } else {
          check_near(mean, sum / static_cast<double>(lists.size()), "mean");
        }
      }
      for (std::size_t u = 0; u < lists.size(); ++u) {
        const double ndcg = ndcg_at(lists[u], relevant[u], cuts[cut]);
        BOOST_TEST(
            ndcg ==
            measures.values()[u * measures.columns() + measures.column(RankingMetric::kNdcg, cut)]);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_catalogue_by_hand) {
  // Five items, of 16 users: popularity ranks 1, 2.5, 2.5, 4, 5; bits 1, 2, 2, 4 and, for the one
  // that nobody has, 4 as for one user.
  const std::vector<std::uint32_t> raters{8, 4, 4, 1, 0};
  RankingMeasures measures({1, 3}, raters, 16);
  measures.add(Items{0, 1, 4}, Items{2});
  measures.add(Items{0, 2}, Items{2});
  measures.add(Items{3, 4, 1}, Items{});  // is not measured, and so lists nothing
  measures.add(Items{1}, Items{2});
  check_near(measures.coverage(0), 2.0 / 5, "coverage");
  check_near(measures.coverage(1), 4.0 / 5, "coverage");
  // Listed 0, 0, 0, 1, 2 and 0, 1, 1, 2, 2 times.
  check_near(measures.gini(0), (2 * 1 + 4 * 2) / (5.0 * 3), "gini");
  check_near(measures.gini(1), (-2 * 1 + 0 * 1 + 2 * 2 + 4 * 2) / (5.0 * 6), "gini");
  check_near(measures.popularity_rank(0), (1 + 1 + 2.5) / 3, "rank");
  check_near(measures.popularity_rank(1), (2 * 1 + 3 * 2.5 + 5) / 6, "rank");
  check_near(measures.novelty(0), (1 + 1 + 2) / 3.0, "novelty");
  check_near(measures.novelty(1), (2 * 1 + 3 * 2 + 4) / 6.0, "novelty");
}

BOOST_AUTO_TEST_CASE(gini_goes_from_all_alike_to_one_for_all) {
  RankingMeasures alike({2}, std::vector<std::uint32_t>(4, 1), 4), one({1}, std::vector{4u, 1u}, 4);
  alike.add(Items{0, 1}, Items{0});
  alike.add(Items{2, 3}, Items{0});
  BOOST_TEST(alike.gini(0) == 0);
  for (int user = 0; user < 3; ++user) one.add(Items{0}, Items{0});
  BOOST_TEST(one.gini(0) == 0.5);  // 1 - 1/n
  // The naive double sum |x_i - x_j| / (2 n^2 mean).
  Random random(3);
  RankingMeasures measures({7}, std::vector<std::uint32_t>(50, 1), 4);
  std::vector<double> listed(50);
  for (int user = 0; user < 40; ++user) {
    const Items list = some(random, 50, 1 + random.below(10));
    measures.add(list, Items{0});
    for (std::size_t r = 0; r < std::min<std::size_t>(7, list.size()); ++r) listed[list[r]] += 1;
  }
  double between = 0, places = 0;
  for (const double x : listed) {
    places += x;
    for (const double y : listed) between += std::abs(x - y);
  }
  check_near(measures.gini(0), between / (2 * 50 * places), "gini");
}

BOOST_AUTO_TEST_CASE(nothing_listed_and_nobody_measured_have_no_means) {
  RankingMeasures measures({5}, std::vector<std::uint32_t>(3, 1), 4);
  for (int step = 0; step < 2; ++step) {
    BOOST_TEST(measures.coverage(0) == 0);
    for (const double none : {measures.gini(0), measures.popularity_rank(0), measures.novelty(0)}) {
      BOOST_TEST(std::isnan(none));
    }
    BOOST_TEST(std::isnan(measures.mean(RankingMetric::kNdcg, 0)) == (step == 0));
    measures.add(Items{}, Items{1});
  }
}

BOOST_AUTO_TEST_CASE(lengths_that_do_not_ascend_are_refused) {
  for (const std::vector<std::uint32_t>& cuts :
       {std::vector<std::uint32_t>{}, {0}, {5, 5}, {10, 5}, {0, 5}}) {
    BOOST_CHECK_EXCEPTION(RankingMeasures(cuts, std::vector<std::uint32_t>(3, 1), 4), Error,
                          [](const Error& error) { return error.code() == ErrorCode::kBadOption; });
  }
}

BOOST_AUTO_TEST_SUITE_END()
