// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "split_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_split)

BOOST_AUTO_TEST_CASE(random_splits_are_disjoint_complete_and_of_exact_size) {
  for (const RandomRatings& shape : kShapes) {
    const RatingStore store = store_with(shape);
    for (const double fraction : {0.0, 0.1, 1.0 / 3.0, 0.999}) {
      const SplitResult split = split_random(store, fraction, 7);
      check_partition(store, split);
      const auto expected = std::round(fraction * static_cast<double>(store.size()));
      BOOST_TEST(split.validation.size() == static_cast<std::uint64_t>(expected));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_store_that_is_moved_in_gives_its_memory_to_the_training_part) {
  for (const RandomRatings& shape : kShapes) {
    RatingStore store = store_with(shape);
    const RatingStore same = store_with(shape);
    const void* const memory = memory_of(store);
    const SplitResult moved = split_random(std::move(store), 0.3, 7, 3);
    const SplitResult copied = split_random(same, 0.3, 7);
    BOOST_TEST(memory_of(moved.training) == memory);
    BOOST_TEST(memory_of(copied.training) != memory_of(same));
    check_partition(same, copied);
    BOOST_TEST(same_bytes(moved.training, copied.training));
    BOOST_TEST(same_bytes(moved.validation, copied.validation));

    // Somebody else holds the ratings: they stay what they are.
    RatingStore held = same;
    check_partition(same, split_random(std::move(held), 0.3, 7));
  }
}

BOOST_AUTO_TEST_CASE(a_random_split_follows_its_seed_and_not_the_threads) {
  const RatingStore store = store_with(kShapes[3]);
  const SplitResult split = split_random(store, 0.25, 7, 1);
  for (const int threads : {2, 3, 16}) {
    const SplitResult again = split_random(store, 0.25, 7, threads);
    BOOST_TEST(same_bytes(split.training, again.training));
    BOOST_TEST(same_bytes(split.validation, again.validation));
  }
  // Another seed holds out other ratings: a quarter of the first ones by chance.
  const Contents one = contents_of(split.validation);
  const Contents other = contents_of(split_random(store, 0.25, 8).validation);
  std::size_t common = 0;
  for (const auto& [pair, rating] : other) common += one.count(pair);
  BOOST_TEST(common > one.size() / 5);
  BOOST_TEST(common < one.size() * 3 / 10);
}

BOOST_AUTO_TEST_CASE(fractions_are_checked) {
  const RatingStore store = store_with(kShapes[2]);
  for (const double fraction : {-0.1, 1.0, 2.0, std::numeric_limits<double>::quiet_NaN()}) {
    BOOST_CHECK_EXCEPTION(split_random(store, fraction, 1), Error, is_bad_option);
  }
}

BOOST_AUTO_TEST_CASE(folds_are_disjoint_complete_and_even) {
  for (const RandomRatings& shape : kShapes) {
    const RatingStore store = store_with(shape);
    for (const std::uint32_t folds : {2u, 5u, 7u}) {
      if (folds > store.size()) continue;
      std::set<Pair> seen;
      for (std::uint32_t fold = 0; fold < folds; ++fold) {
        const SplitResult split = split_fold(store, folds, fold, 3);
        check_partition(store, split);
        BOOST_TEST(split.validation.size() >= store.size() / folds);
        BOOST_TEST(split.validation.size() <= store.size() / folds + 1);
        for (const auto& [pair, rating] : contents_of(split.validation)) seen.insert(pair);
      }
      BOOST_TEST(seen.size() == store.size());
    }
  }
}

BOOST_AUTO_TEST_CASE(folds_are_checked) {
  const RatingStore store = store_with({.count = 3, .users = 3, .items = 1000});
  BOOST_REQUIRE(store.size() == 3u);
  BOOST_TEST(split_fold(store, 3, 2, 1).validation.size() == 1u);
  for (const auto& [folds, fold] : {std::pair(0u, 0u), {1u, 0u}, {4u, 0u}, {3u, 3u}}) {
    BOOST_CHECK_EXCEPTION(split_fold(store, folds, fold, 1), Error, is_bad_option);
  }
}

BOOST_AUTO_TEST_CASE(the_last_ratings_of_each_user_are_held_out) {
  const RatingStore store = build_store(table_of({{"ann", "a", 1, 30},
                                                  {"ann", "b", 2, 10},
                                                  {"ann", "c", 3, 20},
                                                  {"bob", "a", 4, 99},
                                                  {"eve", "a", 5, 7},
                                                  {"eve", "b", 1, 6}}));
  const SplitResult one = split_last(store, 1);
  check_partition(store, one);
  BOOST_TEST((contents_of(one.validation) ==
              Contents{{{"ann", "a"}, {1.0f, 30}}, {{"eve", "a"}, {5.0f, 7}}}));
  // One stays for each user, however many are asked for.
  BOOST_TEST((
      contents_of(split_last(store, 1000).training) ==
      Contents{{{"ann", "b"}, {2.0f, 10}}, {{"bob", "a"}, {4.0f, 99}}, {{"eve", "b"}, {1.0f, 6}}}));
  BOOST_TEST(split_last(store, 0).validation.size() == 0u);
}

BOOST_AUTO_TEST_CASE(of_equal_times_the_larger_item_index_is_later) {
  const RatingStore store = store_with(kShapes[3]);  // 50 times only, so ties abound
  const SplitResult split = split_last(store, 3, 3);
  check_partition(store, split);
  const auto order = [&](const RatingStore& part, std::uint64_t i) {
    return std::pair(part.parts().timestamps[i], part.item(i));
  };
  for (UserIndex user = 0; user < store.user_count(); ++user) {
    const auto rated = store.offsets()[user + 1] - store.offsets()[user];
    const auto& held = split.validation;
    BOOST_TEST(held.offsets()[user + 1] - held.offsets()[user] ==
               std::min<std::uint64_t>(3, rated == 0 ? 0 : rated - 1));
    for (auto i = split.training.offsets()[user]; i < split.training.offsets()[user + 1]; ++i) {
      for (auto j = held.offsets()[user]; j < held.offsets()[user + 1]; ++j) {
        BOOST_TEST((order(split.training, i) < order(held, j)));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_cut_in_time_divides_before_from_after) {
  const RatingStore store = store_with(kShapes[3]);
  for (const std::int64_t time : {-1, 0, 25, 49, 50}) {
    const SplitResult split = split_at_time(store, time);
    check_partition(store, split);
    for (const std::int64_t t : split.training.parts().timestamps) BOOST_TEST(t < time);
    for (const std::int64_t t : split.validation.parts().timestamps) BOOST_TEST(t >= time);
  }
}

BOOST_AUTO_TEST_CASE(splits_by_time_need_timestamps) {
  const RatingStore store = store_with(kShapes[4]);
  BOOST_CHECK_EXCEPTION(split_last(store, 1), Error, is_bad_option);
  BOOST_CHECK_EXCEPTION(split_at_time(store, 5), Error, is_bad_option);
}

BOOST_AUTO_TEST_CASE(nothing_splits_into_nothing) {
  for (const RatingStore& store : {RatingStore(), build_store(RatingTable())}) {
    const SplitResult split = split_random(store, 0.5, 1);
    BOOST_TEST(split.training.size() == 0u);
    BOOST_TEST(split.validation.size() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(users_may_lose_all_their_training_ratings) {
  // With 90 % held out of two ratings a user, most users are left with none; the stores still line
  // up.
  const RatingStore store = store_with({.count = 2'000, .users = 1'000, .items = 500});
  const SplitResult split = split_random(store, 0.9, 1);
  check_partition(store, split);
  int empty = 0;
  for (UserIndex user = 0; user < store.user_count(); ++user) {
    empty += split.training.offsets()[user] == split.training.offsets()[user + 1];
  }
  BOOST_TEST(empty > 500);
  check_partition(split.validation, split_random(split.validation, 0.5, 2));
}

BOOST_AUTO_TEST_CASE(joined_stores_share_their_indices) {
  const std::vector<IdRating> training{
      {"1", "a", 1, 0}, {"2", "a", 2, 0}, {"2", "b", 3, 0}, {"1", "a", 4, 0}};
  const std::vector<IdRating> validation{
      {"2", "b", 5, 0}, {"x", "c", 1, 0}, {"1", "c", 2, 0}, {"2", "a", 2, 0}};
  const JoinResult joined = build_joined_stores(table_of(training), table_of(validation));
  BOOST_TEST((contents_of(joined.training) == expected_contents(training, Duplicates::kLast)));
  BOOST_TEST((contents_of(joined.validation) == expected_contents(validation, Duplicates::kLast)));
  BOOST_TEST(joined.training.parts().users == joined.validation.parts().users);
  BOOST_TEST(joined.training.parts().items == joined.validation.parts().items);
  BOOST_TEST(joined.training.user_count() == 3u);
  BOOST_TEST(joined.training.item_count() == 3u);
  BOOST_TEST(joined.in_both == 2u);
  BOOST_TEST(joined.training.parts().duplicates == 1u);
  BOOST_TEST(joined.validation.parts().duplicates == 0u);
}

BOOST_AUTO_TEST_CASE(joined_stores_agree_with_maps_for_any_threads) {
  const auto training = RandomRatings{.count = 20'001, .users = 803, .items = 301}.make();
  const auto validation =
      RandomRatings{.count = 5'003, .users = 1'200, .items = 401, .values = 300, .seed = 9}.make();
  const Contents one = expected_contents(training, Duplicates::kMean);
  const Contents other = expected_contents(validation, Duplicates::kMean);
  std::uint64_t in_both = 0;
  for (const auto& [pair, rating] : other) in_both += one.count(pair);
  StoreOptions options;
  options.duplicates = Duplicates::kMean;
  options.threads = 1;
  const JoinResult expected =
      build_joined_stores(table_of(training), table_of(validation), options);
  BOOST_TEST((contents_of(expected.training) == one));
  BOOST_TEST((contents_of(expected.validation) == other));
  BOOST_TEST(expected.in_both == in_both);
  for (const int threads : {2, 3, 16}) {
    options.threads = threads;
    const JoinResult joined =
        build_joined_stores(table_of(training), table_of(validation), options);
    BOOST_TEST(same_bytes(joined.training, expected.training));
    BOOST_TEST(same_bytes(joined.validation, expected.validation));
    BOOST_TEST(joined.in_both == in_both);
  }
}

BOOST_AUTO_TEST_CASE(further_ids_have_no_ratings_and_no_part_in_a_split) {
  for (const RandomRatings& shape : kShapes) {
    const RatingStore store = store_with(shape);
    // One that is there, and others.
    const std::vector<std::string> new_items{"x", store.parts().items->id(0), "007", "-1"};
    const std::vector<std::string> new_users{"u9999999", store.parts().users->id(0), "1"};
    const RatingStore wider = with_ids(with_ids(store, Entity::kItem, IdDictionary(new_items)),
                                       Entity::kUser, IdDictionary(new_users));
    BOOST_TEST_REQUIRE(wider.item_count() == store.item_count() + 3);
    BOOST_TEST_REQUIRE(wider.user_count() == store.user_count() + 2);
    for (ItemIndex item = 0; item < store.item_count(); ++item) {
      BOOST_TEST(wider.parts().items->id(item) == store.parts().items->id(item));
    }
    BOOST_TEST(wider.parts().items->id(store.item_count()) == "x");
    BOOST_TEST(wider.parts().items->id(store.item_count() + 1) == "007");
    BOOST_TEST(wider.parts().users->id(store.user_count() + 1) == "1");
    BOOST_TEST(wider.parts().duplicates == store.parts().duplicates);
    BOOST_TEST(wider.shard_boundaries().back() == wider.user_count());
    BOOST_TEST((contents_of(wider) == contents_of(store)));

    check_partition(wider, split_random(wider, 0.3, 7));
    check_partition(wider, split_by_user(wider, 0.3, 7));
    check_partition(wider, split_users(wider, 0.3, 0.5, 7));
    if (wider.size() > 1) check_partition(wider, split_fold(wider, 2, 1, 3));
    if (wider.has_timestamps()) {
      check_partition(wider, split_last(wider, 1));
      check_partition(wider, split_at_time(wider, 25));
    }
    // Nothing new: nothing is copied.
    RatingStore moved = wider;
    BOOST_TEST(memory_of(with_ids(std::move(moved), Entity::kItem, IdDictionary(new_items))) ==
               memory_of(wider));
  }
}

BOOST_AUTO_TEST_SUITE_END()
