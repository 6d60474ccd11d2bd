// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>

#include "mfpar/error.hpp"
#include "naive_ratings.hpp"
#include "sanitized.hpp"
#include "store/user_buckets.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_rating_store)

namespace {

StoreOptions options_with(Duplicates duplicates, int threads = 2) {
  StoreOptions options;
  options.duplicates = duplicates;
  options.threads = threads;
  return options;
}

RatingStore store_of(const std::vector<IdRating>& ratings, Duplicates rule = Duplicates::kLast) {
  return build_store(table_of(ratings), options_with(rule));
}

constexpr Duplicates kMergingRules[] = {Duplicates::kLast, Duplicates::kFirst, Duplicates::kMean};

}  // namespace

BOOST_AUTO_TEST_CASE(each_rule_keeps_what_it_says) {
  const std::vector<IdRating> ratings{{"ann", "a", 1.0f, 10},
                                      {"bob", "a", 5.0f, 20},
                                      {"ann", "b", 2.0f, 30},
                                      {"ann", "a", 4.0f, 5},
                                      {"ann", "a", 2.5f, 40}};
  for (const auto& [rule, value, timestamp] : {std::tuple(Duplicates::kLast, 2.5f, 40),
                                               {Duplicates::kFirst, 1.0f, 10},
                                               {Duplicates::kMean, 2.5f, 40}}) {
    const RatingStore store = store_of(ratings, rule);
    const Contents expected{
        {{"ann", "a"}, {value, timestamp}}, {{"ann", "b"}, {2.0f, 30}}, {{"bob", "a"}, {5.0f, 20}}};
    BOOST_TEST((contents_of(store) == expected));
    BOOST_TEST(store.size() == 3u);
    BOOST_TEST(store.parts().duplicates == 2u);
  }
}

BOOST_AUTO_TEST_CASE(an_error_names_a_duplicate_their_number_and_the_remedy) {
  const std::vector<IdRating> ratings{
      {"ann", "007", 1.0f, 0}, {"bob", "x", 5.0f, 0}, {"ann", "007", 2.0f, 0}};
  BOOST_CHECK_EXCEPTION(store_of(ratings, Duplicates::kError), Error, [](const Error& error) {
    const std::string what = error.what();
    return error.code() == ErrorCode::kBadData && what.find("user \"ann\"") != what.npos &&
           what.find("item \"007\"") != what.npos &&
           what.find("1 (user, item) pair") != what.npos &&
           what.find("--duplicates last, first or mean") != what.npos;
  });
  // Forty users rated an item thrice.
  std::vector<IdRating> many;
  for (int i = 0; i < 120; ++i) many.push_back({std::to_string(i % 40), "i", 1.0f, 0});
  BOOST_CHECK_EXCEPTION(store_of(many, Duplicates::kError), Error, [](const Error& error) {
    return std::string(error.what()).find("40 (user, item) pairs") != std::string::npos;
  });
  BOOST_TEST(store_of({{"ann", "a", 1.0f, 0}, {"ann", "b", 1.0f, 0}}, Duplicates::kError).size() ==
             2u);
}

BOOST_AUTO_TEST_CASE(stores_agree_with_a_map) {
  // Sizes around the edges: nothing, one, fewer ratings than threads, several buckets, more buckets
  // than users, one item, more than 8, 10 and 16 bits of items; compact and wide; with and without
  // duplicates.
  const std::vector<RandomRatings> tables{
      {.count = 0},
      {.count = 1},
      {.count = 2, .users = 1, .items = 1},
      {.count = 101, .users = 7, .items = 300},
      {.count = 997, .users = 40, .items = 1},
      {.count = 20'001, .users = 1, .items = 3'000},
      {.count = 30'011, .users = 3, .items = 500},
      {.count = 40'003, .users = 403, .items = 701},
      {.count = 20'001, .users = 3'001, .items = 90'001, .values = 256},
      {.count = 20'001, .users = 301, .items = 401, .values = 300},
  };
  for (RandomRatings shape : tables) {
    if (kSanitized) shape.count = std::min<std::size_t>(shape.count, 5'003);
    for (const Duplicates rule : kMergingRules) {
      shape.timestamps = rule != Duplicates::kFirst;
      // Users in any order, or one after the other.
      const auto ratings = rule == Duplicates::kMean ? user_by_user(shape.make()) : shape.make();
      BOOST_TEST_CONTEXT(shape.count << " ratings, " << shape.users << " x " << shape.items
                                     << ", rule " << static_cast<int>(rule)) {
        const RatingStore store = store_of(ratings, rule);
        const Contents expected = expected_contents(ratings, rule);
        BOOST_TEST(store.size() == expected.size());
        BOOST_TEST(store.size() + store.parts().duplicates == ratings.size());
        BOOST_TEST((contents_of(store) == expected));
        BOOST_TEST(is_sorted(store));
        BOOST_TEST(store.parts().compact.size() + store.parts().wide.size() == store.size());
        BOOST_TEST(store.has_timestamps() == table_of(ratings).has_timestamps());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(loops_see_what_single_positions_say) {
  for (const std::uint32_t values : {10u, 300u}) {
    const RatingStore store =
        store_of(RandomRatings{.count = 2'003, .users = 41, .items = 101, .values = values}.make());
    BOOST_TEST(store.is_compact() == (values == 10u));
    for (const auto& [begin, end] : {std::pair<std::uint64_t, std::uint64_t>(0, store.size()),
                                     {7, 1'009},
                                     {store.size(), store.size()}}) {
      std::uint64_t at = begin;
      std::map<float, std::uint64_t> expected;
      store.for_each(begin, end, [&](ItemIndex item, float value) {
        BOOST_TEST(item == store.item(at));
        BOOST_TEST(value == store.value(at));
        ++expected[value];
        ++at;
      });
      BOOST_TEST(at == end);
      std::map<float, std::uint64_t> counts;
      std::size_t calls = 0;
      store.visit([&, from = begin, to = end](const auto& entries) {
        BOOST_TEST(entries.size() == store.size());
        entries.for_each_value(from, to, [&](float value, std::uint64_t count) {
          counts[value] += count;
          ++calls;
        });
      });
      BOOST_TEST((counts == expected));
      BOOST_TEST(calls == (store.is_compact() ? expected.size() : end - begin));
    }
  }
}

BOOST_AUTO_TEST_CASE(an_entry_of_either_form_can_be_given_another_item) {
  const auto compact = RatingStore::with_item(RatingStore::pack(7, 200), 0xFFFFFF);
  BOOST_TEST(RatingStore::item_of(compact) == 0xFFFFFFu);
  BOOST_TEST(RatingStore::code_of(compact) == 200u);
  const auto wide = RatingStore::with_item(RatingStore::WideEntry{7, -1.25f}, 0xFFFFFFFE);
  BOOST_TEST(RatingStore::item_of(wide) == 0xFFFFFFFEu);
  BOOST_TEST(wide.value == -1.25f);
}

BOOST_AUTO_TEST_CASE(the_bytes_depend_on_neither_threads_nor_chunks) {
  for (const std::uint32_t values : {20u, 300u}) {
    const auto ratings = RandomRatings{.count = std::size_t{kSanitized ? 9'011 : 30'011},
                                       .users = 2'003,
                                       .items = 307,
                                       .values = values,
                                       .timestamps = true}
                             .make();
    for (const Duplicates rule : kMergingRules) {
      const RatingStore expected = build_store(table_of(ratings), options_with(rule, 1));
      for (const int threads : {1, 2, 3, 16}) {
        for (const std::size_t chunk : {997u, 10'000u, 1'000'000u}) {
          const RatingStore store =
              build_store(rechunked(ratings, chunk), options_with(rule, threads));
          BOOST_TEST(same_bytes(store, expected), threads << " threads, chunks of " << chunk);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_bytes_do_not_depend_on_whether_users_come_in_runs) {
  for (const std::uint32_t values : {20u, 300u}) {
    RandomRatings shape{.count = 40'003, .users = 403, .items = 701, .values = values};
    shape.timestamps = values == 300u;
    auto ratings = user_by_user(shape.make());
    const auto chunks_with_runs = [&](std::size_t size) {
      const RatingTable table = rechunked(ratings, size);
      return std::ranges::count_if(table.impl().chunks, &UserColumn::has_runs, &RatingChunk::users);
    };
    // At the end users in any order: too few to matter in one chunk, all there is in small ones.
    shape.seed = 2;
    shape.count = 500;
    for (const IdRating& rating : shape.make()) ratings.push_back(rating);
    BOOST_TEST(chunks_with_runs(1'000'000) == (values == 300u ? 2 : 1));  // compact, then wide
    BOOST_TEST(chunks_with_runs(100) > 350);
    BOOST_TEST(chunks_with_runs(100) < 403);
    for (const Duplicates rule : kMergingRules) {
      if (kSanitized && rule != Duplicates::kLast && values == 300u) continue;
      const RatingStore expected =
          build_store(rechunked(ratings, 1'000'000), options_with(rule, 1));
      BOOST_TEST((contents_of(expected) == expected_contents(ratings, rule)));
      for (const std::size_t chunk : {100u, 997u, 10'000u}) {
        const RatingStore store = build_store(rechunked(ratings, chunk), options_with(rule, 3));
        BOOST_TEST(same_bytes(store, expected), "chunks of " << chunk);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(values_are_one_ascending_table) {
  // Chunks with tables of their own, in any order, one value under two codes' names: zero.
  RatingTable table = table_of({{"a", "x", 3.0f, 0}, {"b", "x", 1.0f, 0}});
  RatingChunk other;
  other.users.push_back(0);
  other.users.push_back(1);
  other.compact = {RatingStore::pack(0, 1), RatingStore::pack(0, 0)};
  other.code_values = {-0.0f, 2.0f};
  table.impl().chunks.push_back(other);
  const RatingStore store = build_store(std::move(table));
  BOOST_TEST(store.parts().values.span() == (std::vector<float>{0.0f, 1.0f, 2.0f, 3.0f}),
             boost::test_tools::per_element());
  BOOST_TEST(!std::signbit(store.parts().values[0]));
  BOOST_TEST((contents_of(store) == Contents{{{"a", "x"}, {2.0f, 0}}, {{"b", "x"}, {0.0f, 0}}}));
}

BOOST_AUTO_TEST_CASE(means_extend_the_table_of_values_or_outgrow_it) {
  // `pairs` users rate twice: the mean of 0 and k is new for odd k, and in the table for even k.
  const auto ratings_with = [](int pairs) {
    std::vector<IdRating> ratings;
    for (int k = 0; k < pairs; ++k) {
      ratings.push_back({std::to_string(k), "i", 0.0f, 0});
      ratings.push_back({std::to_string(k), "i", static_cast<float>(k), 0});
    }
    return ratings;
  };
  for (const auto& [pairs, values, compact] :
       {std::tuple(1, 1, true), {2, 3, true}, {170, 255, true}, {172, 258, false}}) {
    const auto ratings = ratings_with(pairs);
    const RatingStore store = store_of(ratings, Duplicates::kMean);
    BOOST_TEST((contents_of(store) == expected_contents(ratings, Duplicates::kMean)));
    BOOST_TEST(store.is_compact() == compact);
    BOOST_TEST(store.parts().values.size() == static_cast<std::size_t>(compact ? values : 0));
  }
}

BOOST_AUTO_TEST_CASE(the_seed_decides_the_order_of_users_and_items) {
  const auto ratings = RandomRatings{.count = 2'000, .users = 200, .items = 200}.make();
  StoreOptions one, other;
  other.seed = 2;
  const RatingStore a = build_store(table_of(ratings), one);
  const RatingStore b = build_store(table_of(ratings), other);
  BOOST_TEST(same_bytes(a, build_store(table_of(ratings), one)));
  BOOST_TEST((contents_of(a) == contents_of(b)));
  const RatingTable table = table_of(ratings);
  int same_users = 0, same_items = 0, as_they_came = 0;
  for (UserIndex u = 0; u < 200; ++u) {
    same_users += a.parts().users->id(u) == b.parts().users->id(u);
    same_items += a.parts().items->id(u) == b.parts().items->id(u);
    as_they_came += a.parts().users->id(u) == table.users()->id(u);
  }
  // Of two random orders one place in 200 agrees on average.
  BOOST_TEST(same_users < 10);
  BOOST_TEST(same_items < 10);
  BOOST_TEST(as_they_came < 10);
}

BOOST_AUTO_TEST_CASE(shards_hold_whole_users_and_about_the_same_number_of_ratings) {
  const auto ratings = RandomRatings{.count = 50'000, .users = 5'000, .items = 1'000}.make();
  const RatingStore store = store_of(ratings);
  const auto shards = store.shard_boundaries();
  BOOST_TEST(shards.front() == 0u);
  BOOST_TEST(shards.back() == store.user_count());
  BOOST_TEST(shards.size() == 257u);
  // A shard can miss its share by the ratings of a user at each end, here about 10.
  for (std::size_t s = 1; s < shards.size(); ++s) {
    BOOST_REQUIRE(shards[s - 1] < shards[s]);
    const auto size = store.offsets()[shards[s]] - store.offsets()[shards[s - 1]];
    BOOST_TEST(size > store.size() / 256 / 2);
    BOOST_TEST(size < store.size() / 256 * 2);
  }
  // Few users: a shard each, for any number of threads to share.
  const auto few = RandomRatings{.count = 5'000, .users = 20, .items = 1'000}.make();
  BOOST_TEST(store_of(few).shard_boundaries().size() == 21u);
  BOOST_TEST(store_of({}).shard_boundaries().size() == 1u);
}

BOOST_AUTO_TEST_CASE(buckets_cover_every_user_once) {
  for (const UserIndex users : {0u, 1u, 2u, 3u, 255u, 256u, 257u, 70'001u, 3'000'000'019u}) {
    for (const std::uint64_t ratings : {0ull, 40'000ull, 100'000ull, 5'000'000ull, 1ull << 33}) {
      const UserBuckets buckets(users, ratings, 256);
      BOOST_TEST(buckets.begin(0) == 0u);
      BOOST_TEST(buckets.begin(buckets.count()) == users);
      for (std::size_t b = 0; b < buckets.count(); ++b) {
        const UserIndex begin = buckets.begin(b), end = buckets.begin(b + 1);
        BOOST_REQUIRE(begin <= end);
        if (begin == end) continue;
        BOOST_TEST(buckets.of(begin) == b);
        BOOST_TEST(buckets.of(end - 1) == b);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
