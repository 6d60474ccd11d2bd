// SPDX-License-Identifier: MIT
//
// Files of users and items without ratings, where they may be.
#include <boost/test/unit_test.hpp>
#include <string>

#include "mfpar/read_ratings.hpp"
#include "parsed_text.hpp"

using namespace mfpar;

namespace {

ReadOptions pairs() {
  ReadOptions options;
  options.may_lack_ratings = true;
  return options;
}

ReadOptions pairs_of(const std::string& user, const std::string& item) {
  ReadOptions options = pairs();
  options.user_column = user;
  options.item_column = item;
  return options;
}

std::string columns_of(const std::string& text, const ReadOptions& options) {
  return parse_ratings(text, "f", options).report.columns;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_pairs)

BOOST_AUTO_TEST_CASE(two_columns_are_user_and_item) {
  const std::string expected = "1 10 1/1 11 1/2 10 1/";
  for (const std::string delimiter : {",", "\t", "::", ";", "|", " "}) {
    std::string text;
    for (const char* pair : {"1-10", "1-11", "2-10"}) {
      const std::string_view line(pair);
      text += std::string(line.substr(0, 1)) + delimiter + std::string(line.substr(2)) + "\n";
    }
    BOOST_TEST(parsed(text, pairs()) == expected, delimiter);
    BOOST_TEST(parsed("userId" + delimiter + "movieId\n" + text, pairs()) == expected, delimiter);
    BOOST_TEST(parsed("who" + delimiter + "what\n" + text, pairs()) == expected, delimiter);
    BOOST_TEST(columns_of(text, pairs()) == "user=1,item=2");
  }
}

BOOST_AUTO_TEST_CASE(the_header_says_which_is_which) {
  BOOST_TEST(parsed("item,user\n10,1\n11,2\n", pairs()) == "1 10 1/2 11 1/");
  BOOST_TEST(parsed("movieId,who\n10,1\n11,2\n", pairs()) == "1 10 1/2 11 1/");
  BOOST_TEST(parsed("sku,user\nx,ann\ny,bob\n", pairs()) == "ann x 1/bob y 1/");
  // Words that name nothing are a pair as those below are.
  BOOST_TEST(parsed("ann,x\nbob,y\n", pairs()) == "ann x 1/bob y 1/");
  ReadOptions with_header = pairs();
  with_header.header = true;
  BOOST_TEST(parsed("ann,x\nbob,y\n", with_header) == "bob y 1/");
  BOOST_TEST(parsed("10,1\n11,2\n", pairs_of("2", "1")) == "1 10 1/2 11 1/");
}

BOOST_AUTO_TEST_CASE(ratings_that_are_there_are_read) {
  BOOST_TEST(parsed("1,10,4\n1,11,3\n2,10,5\n", pairs()) == "1 10 4/1 11 3/2 10 5/");
  BOOST_TEST(parsed("user,item,count\n1,10,40\n1,11,3\n", pairs()) == "1 10 40/1 11 3/");
  BOOST_TEST(parsed("user,item,rating\n1,10,4\n1,11,3\n", pairs()) == "1 10 4/1 11 3/");
  BOOST_TEST(parsed("1,10,4,978300760\n1,11,3,978300761\n", pairs()) == "1 10 4/1 11 3/");
}

BOOST_AUTO_TEST_CASE(what_is_no_rating_is_none) {
  std::string times, words;
  for (int i = 0; i < 30; ++i) {
    const std::string pair = std::to_string(i % 7) + "," + std::to_string(100 + i % 11) + ",";
    times += pair + std::to_string(978'300'760 + 10'000 * i) + "\n";
    words += pair + (i % 2 == 0 ? "web" : "phone") + "\n";
  }
  for (const std::string& text :
       {times, "user,item,timestamp\n" + times, "user,item,device\n" + words}) {
    BOOST_TEST(columns_of(text, pairs()) == "user=1,item=2", text.substr(0, 30));
    BOOST_TEST(parse_ratings(text, "f", pairs()).report.only_value.value() == 1.0f);
  }
  ReadOptions with_times = pairs();
  with_times.timestamps = ReadOptions::Timestamps::kRequired;
  for (const std::string& text : {times, "user,item,timestamp\n" + times}) {
    BOOST_TEST(columns_of(text, with_times) == "user=1,item=2,timestamp=3", text.substr(0, 30));
  }
  // Columns that are named are all there are, but for a rating that the header names.
  BOOST_TEST(columns_of(words, pairs_of("2", "1")) == "user=2,item=1");
  BOOST_TEST(parsed("1,10,4\n1,11,3\n", pairs_of("1", "2")) == "1 10 1/1 11 1/");
  BOOST_TEST(parsed("a,b,rating\n1,10,4\n1,11,3\n", pairs_of("a", "b")) == "1 10 4/1 11 3/");
}

BOOST_AUTO_TEST_CASE(json_lines_may_lack_ratings_too) {
  BOOST_TEST(parsed("{\"user\":\"ann\",\"item\":\"x\"}\n{\"user\":\"bob\",\"item\":\"y\"}\n",
                    pairs()) == "ann x 1/bob y 1/");
}

BOOST_AUTO_TEST_CASE(pairs_are_refused_where_ratings_are_needed) {
  for (const std::string text : {"1,10\n1,11\n2,10\n", "user,item\n1,10\n"}) {
    const std::string message = parsed(text);
    BOOST_TEST((message.find("--feedback one-class") != message.npos), message);
  }
  BOOST_TEST(parsed("1\n2\n", pairs()).find("cannot find two columns: expected user and item") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(lines_of_other_lengths_are_bad_lines) {
  const std::string message = parsed("1,10\n1,11\n2\n3,12\n", pairs());
  BOOST_TEST((message.find("f:3") != message.npos), message);
  BOOST_TEST(parsed("1,10\n1,11\n,12\n", pairs()).find("f:3") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
