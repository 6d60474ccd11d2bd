// SPDX-License-Identifier: MIT
//
// Values that are no ratings: found, counted, said, and left out by --missing.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "mfpar/read_ratings.hpp"
#include "parsed_text.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_rating_values)

namespace {

constexpr int kLines = 400;

/// Ratings in turn of `values`, in lines from 1 on; line `at` has `odd` instead.
std::string ratings(const std::vector<std::string>& values, const std::string& odd = "",
                    int at = 0) {
  std::string text;
  for (int line = 1; line <= kLines; ++line) {
    const std::string value =
        line == at ? odd : values[static_cast<std::size_t>(line * 7919) % values.size()];
    text += std::to_string(line % 19) + "," + std::to_string(line % 23) + "," + value + "\n";
  }
  return text;
}

std::vector<std::string> scale(double from, double to, double step) {
  std::vector<std::string> values;
  for (double value = from; value <= to; value += step) values.push_back(std::to_string(value));
  return values;
}

std::vector<std::string> with(std::vector<std::string> values, const std::string& value,
                              int times) {
  for (int i = 0; i < times; ++i) values.push_back(value);
  return values;
}

std::vector<std::string> notes(const std::string& text, const ReadOptions& options = {}) {
  return parse_ratings(text, "f", options).report.notes;
}

/// Many distinct values between -10 and 10.
std::vector<std::string> continuous() {
  std::vector<std::string> values;
  Random random(3);
  for (int i = 0; i < 397; ++i) {
    values.push_back(std::to_string(static_cast<double>(random.below(200'000)) / 10'000 - 10));
  }
  return values;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_stands_for_no_rating_is_noted_and_can_be_left_out) {
  const struct {
    std::vector<std::string> values;
    std::string missing;
  } files[] = {
      {with(scale(1, 10, 1), "0", 16), "0"},     {with(scale(2, 10, 2), "0", 8), "0"},
      {with(scale(1, 10, 1), "-1", 3), "-1"},    {with(scale(1, 5, 1), "-1", 1), "-1"},
      {with(scale(1, 5, 1), "99", 5), "99"},     {with(scale(-10, 10, 0.5), "99", 20), "99"},
      {with(scale(1, 5, 0.5), "255", 3), "255"}, {with(scale(0.5, 5, 0.5), "0", 30), "0"},
      {with(scale(3, 5, 0.5), "0", 2), "0"},     {with(scale(0, 5, 1), "-1", 2), "-1"},
      {with(scale(1, 5, 1), "-99", 2), "-99"},   {with(continuous(), "99", 90), "99"},
      {with(scale(1, 100, 1), "999", 9), "999"},
  };
  for (const auto& [values, missing] : files) {
    const std::string text = ratings(values);
    const auto found = notes(text);
    BOOST_REQUIRE_MESSAGE(found.size() == 1u, missing << " beside " << values.front() << " to "
                                                      << values.back() << ": " << found.size());
    BOOST_TEST((found[0].find("are " + missing + ", first in line ") != std::string::npos),
               found[0]);
    BOOST_TEST((found[0].find("--missing=" + missing + " leaves") != std::string::npos), found[0]);
    ReadOptions options;
    options.missing = {missing};
    const ReadResult without = parse_ratings(text, "f", options);
    BOOST_TEST(without.report.notes.empty(), missing);
    BOOST_TEST(without.report.missing > 0u);
    BOOST_TEST(without.ratings.size() + without.report.missing == kLines);
    BOOST_TEST(without.report.bad_lines == 0u);
  }
}

BOOST_AUTO_TEST_CASE(one_outlier_is_named_with_its_line) {
  for (const std::string odd : {"2769000", "55", "10.5", "-20", "45"}) {
    for (const int line : {1, 7, 150, 400}) {
      const auto found = notes(ratings(scale(1, 5, 1), odd, line));
      BOOST_REQUIRE(found.size() == 1u);
      BOOST_TEST(found[0].starts_with("1 of 400 ratings (0.25 %) is " + odd + ", in line " +
                                      std::to_string(line) + ", apart from the others, 1 to 5;"),
                 found[0]);
    }
    const auto found = notes(ratings(continuous(), "123456", 77));
    BOOST_REQUIRE(found.size() == 1u);
    BOOST_TEST(found[0].starts_with("1 of 400 ratings (0.25 %) is 123456, in line 77, apart"));
  }
}

BOOST_AUTO_TEST_CASE(scales_as_they_are_used_are_not_suspected) {
  for (const auto& values :
       {scale(1, 5, 1), scale(0.5, 5, 0.5), scale(1, 10, 1), scale(0, 10, 1), scale(0, 5, 0.5),
        scale(0, 100, 1), scale(-10, 10, 0.25), scale(0, 1, 1), scale(-1, 1, 2), scale(-1, 1, 1),
        with(scale(1, 5, 1), "5", 20), with(scale(0, 1, 1), "0", 9), continuous()}) {
    BOOST_TEST(notes(ratings(values)).empty(), values.front() << " to " << values.back());
  }
}

BOOST_AUTO_TEST_CASE(missing_ratings_may_be_numbers_or_text) {
  const std::string text =
      "user,item,rating\n1,1,4\n1,2,0\n1,3,0.0\n1,4,NA\n1,5,\n1,6,\"\"\n1,7,-1\n1,8,?\n1,9,5\n";
  ReadOptions options;
  options.missing = {"0", "-1", "NA", "", "?"};
  const ReadResult result = parse_ratings(text, "f", options);
  BOOST_TEST(shown(result.ratings) == "1 1 4/1 9 5/");
  BOOST_TEST(result.report.missing == 7u);
  BOOST_TEST(result.report.lines == 9u);
  // Lines that the fast path takes are the same.
  options.missing = {"3"};
  BOOST_TEST(parsed("1,1,3\n1,2,4\n1,3,3.0\n", options) == "1 2 4/");
  BOOST_TEST(parse_ratings(ratings({"1", "3"}), "f", options).report.missing == 200u);
  options.missing = {"4", "5"};
  BOOST_TEST(parsed("1,1,4\n1,2,5\n", options) ==
             "f: all 2 ratings are missing ones, by --missing");
}

BOOST_AUTO_TEST_CASE(a_single_value_is_reported) {
  BOOST_TEST(parse_ratings(ratings({"1"}), "f").report.only_value.value() == 1.0f);
  BOOST_TEST(!parse_ratings(ratings({"1", "2"}), "f").report.only_value.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
