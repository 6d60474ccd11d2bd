// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "mfpar/error.hpp"
#include "naive_ratings.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_rating_table)

namespace {

void check_holds(const RatingTable& table, const std::vector<IdRating>& expected) {
  BOOST_REQUIRE(table.size() == expected.size());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Rating rating = table.at(i);
    wrong += table.users()->id(rating.user) != expected[i].user ||
             table.items()->id(rating.item) != expected[i].item ||
             rating.value != expected[i].value || rating.timestamp != expected[i].timestamp;
  }
  BOOST_TEST(wrong == 0u);
  std::size_t at = 0;
  for (const Rating& rating : table) {
    const Rating same = table.at(at++);
    wrong += rating.user != same.user || rating.item != same.item || rating.value != same.value ||
             rating.timestamp != same.timestamp;
  }
  BOOST_TEST(at == expected.size());
  BOOST_TEST(wrong == 0u);
}

}  // namespace

BOOST_AUTO_TEST_CASE(ratings_come_back_in_order_of_arrival) {
  const std::vector<IdRating> ratings{{"ann", "0104257", 4.5f, 0},
                                      {"bob", "7", 1.0f, 0},
                                      {"ann", "7", -2.0f, 1234567890123},
                                      {"ann", "0104257", 4.5f, 0}};
  const RatingTable table = table_of(ratings);
  check_holds(table, ratings);
  BOOST_TEST(table.has_timestamps());
  BOOST_TEST(table.users()->size() == 2u);
  BOOST_TEST(table.users()->find("bob") == 1u);
  BOOST_TEST(!table_of({{"ann", "7", 3.0f, 0}}).has_timestamps());
}

BOOST_AUTO_TEST_CASE(an_empty_table_has_no_ids) {
  const RatingTable table;
  BOOST_TEST(table.size() == 0u);
  BOOST_TEST(!table.has_timestamps());
  BOOST_TEST(table.users()->size() == 0u);
  BOOST_TEST(table.items()->size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_table_grows_on_after_its_ids_were_looked_at) {
  RatingTable table = table_of({{"1", "x", 3.0f, 0}});
  BOOST_TEST(table.users()->is_integer());
  const auto before = table.users();
  table.add("01", "y", 2.0f);
  table.add("1", "x", 1.0f);
  check_holds(table, {{"1", "x", 3.0f, 0}, {"01", "y", 2.0f, 0}, {"1", "x", 1.0f, 0}});
  BOOST_TEST(before->size() == 1u);
}

BOOST_AUTO_TEST_CASE(more_than_256_values_are_kept_too) {
  // The 257th distinct value does not fit a code any more; values before and after come back alike.
  for (const std::uint32_t values : {256u, 257u, 5'000u}) {
    std::vector<IdRating> ratings;
    for (std::uint32_t i = 0; i < 6'000; ++i) {
      ratings.push_back({"u", "i", static_cast<float>(i % values) / 3.0f, i});
    }
    const RatingTable table = table_of(ratings);
    check_holds(table, ratings);
    BOOST_TEST(table.impl().chunks.back().is_compact() == (values == 256));
  }
}

BOOST_AUTO_TEST_CASE(ratings_that_cannot_be_are_refused_and_change_nothing) {
  RatingTable table = table_of({{"ann", "7", 3.0f, 0}});
  const auto refused = [&](const char* user, const char* item, float value, const char* part) {
    BOOST_CHECK_EXCEPTION(table.add(user, item, value), Error, [&](const Error& error) {
      return error.code() == ErrorCode::kBadData &&
             std::string(error.what()).find(part) != std::string::npos;
    });
  };
  refused("", "8", 1.0f, "rating 2 has an empty user id");
  refused("bob", "", 1.0f, "rating 2 has an empty item id");
  refused("bob", "8", std::numeric_limits<float>::quiet_NaN(), "user \"bob\" for item \"8\"");
  refused("bob", "8", std::numeric_limits<float>::infinity(), "is inf;");
  BOOST_TEST(table.size() == 1u);
  BOOST_TEST(table.users()->size() == 1u);
}

BOOST_AUTO_TEST_CASE(minus_zero_is_zero) {
  const RatingTable table = table_of({{"u", "i", -0.0f, 0}});
  BOOST_TEST(!std::signbit(table.at(0).value));
}

BOOST_AUTO_TEST_CASE(partitions_hold_every_rating_once_wherever_chunks_end) {
  // Compact chunks, then wide ones; the last partition is short.
  std::vector<IdRating> ratings = RandomRatings{.count = 100'003, .users = 300}.make();
  for (const IdRating& rating : RandomRatings{.count = 70'001, .values = 300}.make()) {
    ratings.push_back(rating);
  }
  for (const std::size_t chunk : {997u, 1'000'000u}) {
    const RatingTable table = rechunked(ratings, chunk);
    BOOST_TEST(!table.impl().chunks.back().is_compact());
    check_holds(table, ratings);
    BOOST_TEST(table.impl().partitions() == 3u);
    std::uint64_t at = 0;
    for (std::size_t partition = 0; partition < table.impl().partitions(); ++partition) {
      BOOST_TEST(at == partition * RatingTable::Impl::kPartition);
      table.impl().for_each(
          partition, [&](std::uint64_t position, UserIndex user, ItemIndex item, float value) {
            BOOST_REQUIRE(position == at);
            BOOST_REQUIRE(table.users()->id(user) == ratings[at].user);
            BOOST_REQUIRE(table.items()->id(item) == ratings[at].item);
            BOOST_REQUIRE(value == ratings[at].value);
            ++at;
          });
    }
    BOOST_TEST(at == ratings.size());
  }
  BOOST_TEST(RatingTable().impl().partitions() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
