// SPDX-License-Identifier: MIT
//
// Splits user by user: a share of each one's ratings, and users left out altogether.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "split_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_user_splits)

namespace {

/// How many ratings each user has.
std::vector<std::uint64_t> counts_of(const RatingStore& store) {
  std::vector<std::uint64_t> counts;
  for (UserIndex user = 0; user < store.user_count(); ++user) {
    counts.push_back(store.offsets()[user + 1] - store.offsets()[user]);
  }
  return counts;
}

/// `users` users of `each` ratings, of the same items.
RatingStore even_store(std::uint32_t users, std::uint32_t each) {
  std::vector<IdRating> ratings;
  for (std::uint32_t i = 0; i < users * each; ++i) {
    ratings.push_back({std::to_string(i / each), std::to_string(i % each), 1.0f, 0});
  }
  return build_store(table_of(ratings));
}

/// The share of `count` by the words of the contract.
std::uint64_t expected_share(std::uint64_t count, double fraction) {
  if (fraction == 0.0 || count < 2) return 0;
  const double rounded = std::floor(fraction * static_cast<double>(count) + 0.5);
  return std::max<std::uint64_t>(1, std::min(count - 1, static_cast<std::uint64_t>(rounded)));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_share_of_each_user_leaves_something_on_both_sides) {
  struct {
    std::uint32_t ratings;
    double fraction;
    std::uint64_t held_out;
  } const rows[] = {{1, 0.2, 0}, {1, 0.9, 0},      {2, 0.2, 1},  {2, 0.9, 1},   {3, 0.2, 1},
                    {7, 0.2, 1}, {8, 0.2, 2},      {5, 0.1, 1},  {10, 0.25, 3}, {20, 0.2, 4},
                    {4, 0.9, 3}, {100, 0.999, 99}, {10, 0.0, 0}, {9, 0.001, 1}, {6, 0.5, 3},
                    {7, 0.5, 4}, {1000, 0.2, 200}};
  for (const auto& row : rows) {
    const RatingStore store = even_store(3, row.ratings);
    const SplitResult split = split_by_user(store, row.fraction, 5);
    check_partition(store, split);
    BOOST_TEST(counts_of(split.validation) == std::vector(3, row.held_out),
               row.fraction << " of " << row.ratings << boost::test_tools::per_element());
  }
  for (const RandomRatings& shape : kShapes) {
    const RatingStore store = store_with(shape);
    const std::vector<std::uint64_t> rated = counts_of(store);
    for (const double fraction : {0.0, 0.001, 0.2, 0.5, 0.999}) {
      const SplitResult split = split_by_user(store, fraction, 7);
      check_partition(store, split);
      const std::vector<std::uint64_t> held_out = counts_of(split.validation);
      for (UserIndex user = 0; user < store.user_count(); ++user) {
        BOOST_TEST(held_out[user] == expected_share(rated[user], fraction));
      }
    }
  }
}

// Two of five ratings can be held out in ten ways. Of 4,000 users 400 are expected in each, with a
// standard deviation of 19; five of them are allowed.
BOOST_AUTO_TEST_CASE(each_users_ratings_are_held_out_with_equal_probability) {
  const RatingStore store = even_store(4'000, 5);
  std::map<std::string, std::string> ways;
  for (const std::uint64_t seed : {1, 2}) {
    std::map<std::string, std::set<std::string>> held_out;
    for (const auto& [pair, rating] : contents_of(split_by_user(store, 0.4, seed).validation)) {
      held_out[pair.first].insert(pair.second);
    }
    std::map<std::string, int> users_of_way;
    int as_before = 0;
    for (const auto& [user, items] : held_out) {
      std::string way;
      for (const std::string& item : items) way += item;
      ++users_of_way[way];
      as_before += ways[user] == way;
      ways[user] = way;
    }
    BOOST_TEST(users_of_way.size() == 10u);
    for (const auto& [way, users] : users_of_way) BOOST_TEST(std::abs(users - 400) < 95, way);
    // Another seed chooses anew.
    if (seed == 2) BOOST_TEST(std::abs(as_before - 400) < 95);
  }
}

BOOST_AUTO_TEST_CASE(users_left_out_are_in_the_other_two_parts_only) {
  for (const RandomRatings& shape : kShapes) {
    const RatingStore whole = store_with(shape);
    // A part of a split has users without ratings, who do not count.
    for (const RatingStore& store : {whole, split_random(whole, 0.5, 3).validation}) {
      const std::vector<std::uint64_t> rated = counts_of(store);
      const auto users = rated.size() - static_cast<std::size_t>(std::ranges::count(rated, 0u));
      for (const double fraction : {0.0, 0.001, 0.2, 0.5, 0.999}) {
        for (const double given_fraction : {0.001, 0.5, 0.8, 0.999}) {
          const UserSplitResult split = split_users(store, fraction, given_fraction, 7);
          check_partition(store, split);
          const std::vector<std::uint64_t> training = counts_of(split.training);
          const std::vector<std::uint64_t> given = counts_of(split.given);
          const std::vector<std::uint64_t> validation = counts_of(split.validation);
          std::size_t left_out = 0;
          for (UserIndex user = 0; user < store.user_count(); ++user) {
            if (rated[user] == 0 || training[user] == rated[user]) continue;
            ++left_out;
            BOOST_TEST(training[user] == 0u);
            BOOST_TEST(given[user] ==
                       (rated[user] == 1 ? 1 : expected_share(rated[user], given_fraction)));
            BOOST_TEST(given[user] + validation[user] == rated[user]);
          }
          BOOST_TEST(left_out == expected_share(users, fraction));
        }
      }
    }
  }
}

// Each of ten users is among the three left out for 300 of 1,000 seeds, with a standard deviation
// of 14; five of them are allowed.
BOOST_AUTO_TEST_CASE(each_user_is_left_out_with_equal_probability) {
  const RatingStore store = even_store(10, 2);
  std::vector<int> times(10);
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    const std::vector<std::uint64_t> given = counts_of(split_users(store, 0.3, 0.5, seed, 1).given);
    for (std::size_t user = 0; user < given.size(); ++user) times[user] += given[user] > 0;
  }
  for (const int of_user : times) BOOST_TEST(std::abs(of_user - 300) < 72);
}

BOOST_AUTO_TEST_CASE(threads_make_no_difference) {
  for (const RandomRatings& shape : kShapes) {
    const RatingStore store = store_with(shape);
    const SplitResult by_user = split_by_user(store, 0.2, 7, 1);
    const UserSplitResult users = split_users(store, 0.2, 0.8, 7, 1);
    for (const int threads : {2, 3, 16}) {
      const SplitResult by_user_again = split_by_user(store, 0.2, 7, threads);
      BOOST_TEST(same_bytes(by_user.training, by_user_again.training));
      BOOST_TEST(same_bytes(by_user.validation, by_user_again.validation));
      const UserSplitResult users_again = split_users(store, 0.2, 0.8, 7, threads);
      BOOST_TEST(same_bytes(users.training, users_again.training));
      BOOST_TEST(same_bytes(users.given, users_again.given));
      BOOST_TEST(same_bytes(users.validation, users_again.validation));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_store_that_is_moved_in_gives_its_memory_to_the_training_part) {
  for (const RandomRatings& shape : kShapes) {
    const RatingStore same = store_with(shape);
    RatingStore one = store_with(shape), other = store_with(shape);
    const void* const memory_of_one = memory_of(one);
    const void* const memory_of_other = memory_of(other);
    const SplitResult by_user = split_by_user(std::move(one), 0.3, 7);
    const UserSplitResult users = split_users(std::move(other), 0.3, 0.8, 7);
    BOOST_TEST(memory_of(by_user.training) == memory_of_one);
    BOOST_TEST(memory_of(users.training) == memory_of_other);
    BOOST_TEST(same_bytes(by_user.training, split_by_user(same, 0.3, 7).training));
    BOOST_TEST(same_bytes(users.given, split_users(same, 0.3, 0.8, 7).given));
  }
}

BOOST_AUTO_TEST_CASE(shares_are_checked) {
  const RatingStore store = even_store(3, 3);
  for (const double fraction :
       {-0.1, 1.0, 2.0, -std::numeric_limits<double>::denorm_min(),
        std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    BOOST_CHECK_EXCEPTION(split_by_user(store, fraction, 1), Error, is_bad_option);
    BOOST_CHECK_EXCEPTION(split_users(store, fraction, 0.8, 1), Error, is_bad_option);
    BOOST_CHECK_EXCEPTION(split_users(store, 0.2, fraction, 1), Error, is_bad_option);
  }
  BOOST_CHECK_EXCEPTION(split_users(store, 0.2, 0.0, 1), Error, is_bad_option);
}

BOOST_AUTO_TEST_CASE(nothing_splits_into_nothing) {
  for (const RatingStore& store : {RatingStore(), build_store(RatingTable())}) {
    BOOST_TEST(split_by_user(store, 0.5, 1).training.size() == 0u);
    BOOST_TEST(split_by_user(store, 0.5, 1).validation.size() == 0u);
    const UserSplitResult users = split_users(store, 0.5, 0.5, 1);
    BOOST_TEST(users.training.size() == 0u);
    BOOST_TEST(users.given.size() == 0u);
    BOOST_TEST(users.validation.size() == 0u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
