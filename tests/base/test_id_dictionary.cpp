// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "base/id_builder.hpp"
#include "base/id_hash.hpp"
#include "base/random.hpp"
#include "mfpar/error.hpp"
#include "mfpar/id_dictionary.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_id_dictionary)

namespace {

/// Every id comes back letter for letter and is found at its index.
void check_holds(const IdDictionary& dictionary, const std::vector<std::string>& ids) {
  BOOST_REQUIRE(dictionary.size() == ids.size());
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    BOOST_TEST(dictionary.id(i) == ids[i]);
    BOOST_TEST(dictionary.find(ids[i]) == i);
  }
}

template <class T>
FrozenArray<T> frozen(std::vector<T> elements) {
  return FrozenArray<T>(std::move(elements));
}

bool is_bad_file(const Error& error) { return error.code() == ErrorCode::kBadFile; }

}  // namespace

BOOST_AUTO_TEST_CASE(only_canonical_integers_are_integers) {
  const std::map<std::string, std::int64_t> canonical{
      {"0", 0},
      {"7", 7},
      {"-1", -1},
      {"2000000000", 2'000'000'000},
      {"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
      {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()}};
  for (const auto& [text, integer] : canonical) {
    BOOST_TEST(canonical_integer(text).has_value());
    BOOST_TEST(canonical_integer(text).value_or(-42) == integer);
  }
  for (const char* text : {"", "-", "-0", "00", "007", "-07", "+7", "7 ", " 7", "7.0", "1e3", "--1",
                           "9223372036854775808", "-9223372036854775809", "x"}) {
    BOOST_TEST(!canonical_integer(text).has_value(), "\"" << text << "\" is not canonical");
  }
}

BOOST_AUTO_TEST_CASE(text_comes_back_letter_for_letter) {
  const std::vector<std::string> ids{"0104257", "104257", "", "Jos\xC3\xA9", "a,b", "-0", "7"};
  const IdDictionary dictionary(ids);
  BOOST_TEST(!dictionary.is_integer());
  check_holds(dictionary, ids);
  for (const char* missing : {"00104257", "Jose", "0", "a"}) {
    BOOST_TEST(dictionary.find(missing) == kNoIndex);
  }
}

BOOST_AUTO_TEST_CASE(integers_are_stored_as_integers) {
  const std::vector<std::string> ids{"7", "-1", "2000000000", "0", "9223372036854775807"};
  const IdDictionary dictionary(ids);
  BOOST_TEST(dictionary.is_integer());
  check_holds(dictionary, ids);
  check_holds(IdDictionary(std::vector<std::int64_t>{7, -1, 2'000'000'000, 0,
                                                     std::numeric_limits<std::int64_t>::max()}),
              ids);
  for (const char* missing : {"007", "+7", "-0", "8", "", "seven"}) {
    BOOST_TEST(dictionary.find(missing) == kNoIndex);
  }
}

BOOST_AUTO_TEST_CASE(an_empty_dictionary_finds_nothing) {
  for (const IdDictionary& empty :
       {IdDictionary(), IdDictionary(std::vector<std::string>{}), IdBuilder().build(),
        IdDictionary(IdDictionary::Parts{}), IdDictionary().relabelled({})}) {
    BOOST_TEST(empty.size() == 0u);
    BOOST_TEST(empty.find("7") == kNoIndex);
    BOOST_TEST(empty.find("") == kNoIndex);
  }
}

BOOST_AUTO_TEST_CASE(an_id_given_twice_is_named) {
  const auto names_it = [](const Error& error) {
    return error.code() == ErrorCode::kBadData &&
           std::string(error.what()).find("\"b\" is there twice, at positions 1 and 2") !=
               std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(IdDictionary(std::vector<std::string>{"a", "b", "b"}), Error, names_it);
  BOOST_CHECK_THROW(IdDictionary(std::vector<std::int64_t>{1, 2, 1}), Error);
}

BOOST_AUTO_TEST_CASE(relabelling_moves_every_id_to_its_new_index) {
  const std::vector<std::string> text{"a", "", "ccc", "0104257", "e", "long enough to matter"};
  const std::vector<std::string> integers{"5", "3", "-8", "4000000000", "0", "1"};
  const std::vector<std::uint32_t> new_index{3, 0, 5, 1, 4, 2};
  for (const auto& ids : {text, integers}) {
    std::vector<std::string> expected(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) expected[new_index[i]] = ids[i];
    const IdDictionary relabelled = IdDictionary(ids).relabelled(new_index);
    BOOST_TEST(relabelled.is_integer() == (ids == integers));
    check_holds(relabelled, expected);
  }
}

BOOST_AUTO_TEST_CASE(a_dictionary_is_put_back_from_its_parts) {
  const std::vector<std::string> ids{"x", "", "0104257"};
  check_holds(IdDictionary(IdDictionary(ids).parts()), ids);
  check_holds(IdDictionary(IdDictionary(std::vector<std::int64_t>{4, 2}).parts()), {"4", "2"});
}

BOOST_AUTO_TEST_CASE(parts_that_do_not_fit_are_refused) {
  const IdDictionary::Parts good = IdDictionary(std::vector<std::string>{"ab", "c"}).parts();
  const auto refuses = [](IdDictionary::Parts parts) {
    BOOST_CHECK_EXCEPTION(IdDictionary{std::move(parts)}, Error, is_bad_file);
  };
  IdDictionary::Parts bad = good;
  bad.integers = frozen<std::int64_t>({1, 2});
  refuses(bad);
  for (const std::vector<std::uint64_t>& offsets :
       {std::vector<std::uint64_t>{0, 2, 4}, {0, 4, 3}, {1, 2, 3}, {0, 2}}) {
    bad = good;
    bad.text_offsets = frozen(offsets);
    refuses(bad);
  }
  for (const std::vector<std::uint32_t>& slots : {std::vector<std::uint32_t>{},
                                                  {0, 1},
                                                  {0, 1, kNoIndex},
                                                  {0, 2, kNoIndex, kNoIndex},
                                                  {0, 1, 0, kNoIndex},
                                                  {0, kNoIndex, kNoIndex, kNoIndex}}) {
    bad = good;
    bad.slots = frozen(slots);
    refuses(bad);
  }
  bad = good;
  bad.text = frozen<char>({});
  refuses(bad);
}

BOOST_AUTO_TEST_CASE(a_builder_counts_ids_in_order_of_first_appearance) {
  IdBuilder builder;
  BOOST_TEST(builder.add("10") == 0u);
  BOOST_TEST(builder.add(std::int64_t{-3}) == 1u);
  BOOST_TEST(builder.add(std::int64_t{10}) == 0u);
  BOOST_TEST(builder.add(std::int64_t{4'000'000'000'000}) == 2u);
  BOOST_TEST(builder.is_integer());
  // The first id that is no canonical integer turns all to text; indices stay.
  BOOST_TEST(builder.add("010") == 3u);
  BOOST_TEST(!builder.is_integer());
  BOOST_TEST(builder.add("10") == 0u);
  BOOST_TEST(builder.add(std::int64_t{-3}) == 1u);
  BOOST_TEST(builder.add(std::int64_t{11}) == 4u);
  BOOST_TEST(builder.add("4000000000000") == 2u);
  check_holds(std::move(builder).build(), {"10", "-3", "4000000000000", "010", "11"});
  BOOST_TEST(builder.size() == 0u);
  BOOST_TEST(builder.add("7") == 0u);
}

BOOST_AUTO_TEST_CASE(a_builder_agrees_with_a_map_on_any_spread_of_integers) {
  // Dense, sparse within the direct table's reach, around its end, beyond it, and negative.
  const std::vector<std::pair<std::int64_t, std::uint32_t>> spreads{{0, 3'000},
                                                                    {0, 2'000'000},
                                                                    {(1 << 22) - 500, 1'000},
                                                                    {1LL << 40, 4'000'000'000u},
                                                                    {-1'500, 3'000}};
  IdBuilder together;
  std::map<std::int64_t, std::uint32_t> expected_together;
  for (const auto& [lowest, width] : spreads) {
    Random random(width);
    IdBuilder builder;
    std::map<std::int64_t, std::uint32_t> expected;
    std::uint32_t wrong = 0;
    for (int i = 0; i < 20'000; ++i) {
      const std::int64_t id = lowest + random.below(width);
      const auto next = static_cast<std::uint32_t>(expected.size());
      wrong += builder.add(id) != expected.try_emplace(id, next).first->second;
      const auto next_together = static_cast<std::uint32_t>(expected_together.size());
      wrong += together.add(id) != expected_together.try_emplace(id, next_together).first->second;
    }
    BOOST_TEST(wrong == 0u);
    std::vector<std::string> ids(expected.size());
    for (const auto& [id, index] : expected) ids[index] = std::to_string(id);
    const IdDictionary dictionary = std::move(builder).build();
    for (std::uint32_t i = 0; i < ids.size(); ++i) {
      wrong += dictionary.id(i) != ids[i] || dictionary.find(ids[i]) != i;
    }
    BOOST_TEST(wrong == 0u);
  }
  BOOST_TEST(together.size() == expected_together.size());
}

BOOST_AUTO_TEST_CASE(merging_keeps_the_order_of_first_appearance) {
  const auto builder_of = [](const std::vector<std::string>& ids) {
    IdBuilder builder;
    for (const auto& id : ids) builder.add(id);
    return builder;
  };
  const std::vector<std::string> integers{"5", "9", "-2"}, text{"9", "x", "05", "5"};
  IdBuilder one = builder_of(integers);
  BOOST_TEST(one.merge_from(builder_of({"-2", "4"})) == (std::vector<std::uint32_t>{2, 3}));
  BOOST_TEST(one.is_integer());
  BOOST_TEST(one.merge_from(builder_of(text)) == (std::vector<std::uint32_t>{1, 4, 5, 0}));
  check_holds(std::move(one).build(), {"5", "9", "-2", "4", "x", "05"});
  IdBuilder other = builder_of(text);
  BOOST_TEST(other.merge_from(builder_of(integers)) == (std::vector<std::uint32_t>{3, 0, 4}));
  check_holds(std::move(other).build(), {"9", "x", "05", "5", "-2"});
  // A dictionary can be taken up again.
  IdBuilder again(IdDictionary(std::vector<std::string>{"b", "a"}));
  BOOST_TEST(again.add("a") == 1u);
  BOOST_TEST(again.add("c") == 2u);
  IdBuilder numbers(IdDictionary(std::vector<std::int64_t>{8, 6}));
  BOOST_TEST(numbers.is_integer());
  BOOST_TEST(numbers.add(std::int64_t{6}) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
