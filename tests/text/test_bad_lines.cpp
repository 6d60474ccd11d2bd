// SPDX-License-Identifier: MIT
//
// What a text of ratings may have wrong, and what is said about it.
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "mfpar/error.hpp"
#include "mfpar/read_ratings.hpp"
#include "parsed_text.hpp"
#include "text/line_scanner.hpp"

using namespace mfpar;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(test_bad_lines)

BOOST_AUTO_TEST_CASE(every_bad_line_has_its_message) {
  const std::string skip = "; --on-bad-line skip leaves such lines out";
  // A line among the first says nothing for the others, so that leaving it out is no remedy.
  const std::string delimiter = "; --delimiter sets what separates fields";
  const std::string extra = "; a field that holds the delimiter must stand in quotes" + delimiter;
  const std::string columns =
      "; --columns says which column is which, --header that the first line names them";
  const std::string quotes = "; --quote none takes quotes as any other character";
  const std::string number = "; expected a decimal number such as 4 or 3.5";
  const struct {
    std::string text, message;
  } files[] = {
      {"1,2,3\n4,5\n",
       "f:2:4: a field is missing: found 2 fields, expected 3 separated by \",\"" + delimiter},
      {"1\t2\t3\n1\t2\t4\n4\n",
       "f:3:2: a field is missing: found 1 field, expected 3 separated by a tab" + delimiter +
           skip},
      {"1::2::3\n4::5::6::7\n",
       "f:2:10: a field too many: found 4 fields, expected 3 separated by \"::\"" + extra},
      {"1 2 3\n1 2 3\n4 5 6 7 8\n",
       "f:3:7: a field too many: found 5 fields, expected 3 separated by blanks" + extra + skip},
      {"1,2,3\n1,2,good\n", "f:2:5: rating \"good\" is not a number" + number + columns},
      {"1,2,good\n1,2,3\n", "f:1:5: rating \"good\" is not a number" + number + columns},
      {"1,2,3\n1,2,\n",
       "f:2:5: the rating is empty" + number + "; --missing='' leaves such lines out"},
      {"1,2,3\n1,2,nan\n",
       "f:2:5: rating \"nan\" is not finite" + number + "; --missing=nan leaves such lines out"},
      {"1,2,3\n1,2,-Inf\n", "f:2:5: rating \"-Inf\" is not finite" + number},
      {"1,2,3\n1,2,4.5x\n", "f:2:8: rating \"4.5x\" goes on after the number" + number},
      {"1,2,3\n1,2,0x10\n", "f:2:6: rating \"0x10\" goes on after the number" + number},
      {"1;2;3\n1;2;4,500\n", "f:2:6: rating \"4,500\" goes on after the number" + number},
      {"1,2,3\n1,2,\"4,500\"\n", "f:2:7: rating \"4,500\" goes on after the number" + number},
      {"1,2,3\n1,2,5\\0\n"s, "f:2:6: rating \"5\\0\" goes on after the number" + number},
      {"1,2,3\n1,2,1e99\n",
       "f:2:5: rating \"1e99\" is out of the range of single precision" + number},
      {"1,2,3\n1,\"2,3\n4,5,6\n",
       "f:2:3: the quote opened here is never closed; expected a closing quote within 1 MiB" +
           quotes},
      {"1,2,3\n\"\xC3\xA9\"x,2,3\n",
       "f:2:4: \"x\" after a closing quote; expected \",\" or the end of the line (a quote within "
       "quotes is written twice)" +
           quotes},
      {"1,2,3\n1,\"2,3\n\"4\",5,6\n",
       "f:2:3: the quote opened here ends on another line, and \"4\"\" follows; expected a closing "
       "quote "
       "before \",\" or the end of a line" +
           quotes},
      {"1,2,3\na\xFF,2,3\n",
       "f:2:1: user id \"a\\xff\" is not valid UTF-8; convert the file first, for example with "
       "iconv"},
      {"1,2,3\n\xC3\xA9,\xE9t\xE9,3\n",
       "f:2:3: item id \"\\xe9t\\xe9\" is not valid UTF-8; convert the file first, for example "
       "with "
       "iconv"},
      {"1,2,3\n,2,3\n", "f:2:1: the user id is empty; expected a number or text"},
      {"1,2,3\n1,\"\",3\n", "f:2:4: the item id is empty; expected a number or text"},
      {"1,2,3\n1,\"a\nb\",3\n1,\"a\nb\",x\n",
       "f:5:4: rating \"x\" is not a number" + number + columns + skip},
      {"1,2,3\n1,2,a string that is far longer than what a message can show\n",
       "f:2:5: rating \"a string that is far longer than what a ...\" is not a number" + number +
           columns},
      {"1,2,3\n1,2,\x01\x7F\t\xC3\xA9z\n",
       "f:2:5: rating \"\\x01\\x7f\\t\xC3\xA9z\" is not a number" + number + columns},
      {"", "f: is empty; expected lines of user, item and rating"},
      {"\xEF\xBB\xBF", "f: is empty; expected lines of user, item and rating"},
      {"\n\r\n  \n", "f: has only empty lines; expected user, item and rating"},
      {"userId,movieId,rating\n", "f: has a header line only; expected lines of ratings below it"},
      {"user,item,rating\n\n\n", "f: has a header line only; expected lines of ratings below it"},
      {"\nhello\nworld\n",
       "f:2:1: cannot find three columns: expected user, item and rating separated by one of :: "
       "tab "
       ", ; | or blanks; --delimiter sets what separates fields"},
      {"1,2,3,4,5\n",
       "f: 5 columns, and none has a name that is known; say which columns to use, as in --columns "
       "user=1,item=2,rating=3; the first line has \"1\" in 1, \"2\" in 2, \"3\" in 3, \"4\" in 4, "
       "\"5\" in 5"},
      {"1,2,3,comedy\n",
       "f: the fourth column holds no timestamps (\"comedy\"); say which columns to use, as in "
       "--columns user=1,item=2,rating=3; the first line has \"1\" in 1, \"2\" in 2, \"3\" in 3, "
       "\"comedy\" in 4"},
      {"user,what,how\n1,2,3\n",
       "f: there is no item column among \"user\", \"what\", \"how\"; name it with --columns "
       "item=NAME or =NUMBER"},
      {"1,2,3\n" + std::string(kLongestLine, '7') + ",2,3\n",
       "f:2:1: the line is longer than 1 MiB; expected lines of ratings"},
      {"1,2\0,3\n"s,
       "f: looks like a binary file (it has NUL bytes); expected text, plain or compressed with "
       "gzip "
       "or zstd"},
  };
  for (const auto& [text, message] : files) {
    BOOST_TEST(parsed(text) == message,
               "for " << text.substr(0, 80) << "\ngot  " << parsed(text) << "\nwant " << message);
  }
  ReadOptions options;
  options.timestamps = ReadOptions::Timestamps::kRequired;
  BOOST_TEST(
      parsed("1,2,3,5\n1,2,3,soon\n", options) ==
      "f:2:7: timestamp \"soon\" is not a time; expected seconds such as 1365029107 or a date "
      "such as 2013-04-03 22:45:07");
  options = {};
  options.delimiter = ";";
  BOOST_TEST(parsed("1,2,3\n", options) ==
             "f:1:1: cannot find three columns: expected user, item and rating separated by \";\"; "
             "--delimiter sets what separates fields");
}

BOOST_AUTO_TEST_CASE(the_code_tells_data_from_options) {
  const auto code_of = [](std::string_view text, const ReadOptions& options) {
    try {
      parse_ratings(text, "f", options);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kSystem;
  };
  BOOST_TEST((code_of("1,2,x3\n1,2,3\n", {}) == ErrorCode::kBadData));
  BOOST_TEST((code_of("", {}) == ErrorCode::kBadData));
  BOOST_TEST((code_of("1,2,3\n", with_columns("who", "2", "3")) == ErrorCode::kBadOption));
}

BOOST_AUTO_TEST_CASE(bad_lines_are_left_out_and_counted) {
  const std::string text =
      "user,item,rating\n1,2,3\n\nx\n4,5,6\n1,2,oops\n1,\"2\n7,8,9\n,,5\n\"a\"b,1,2\n1,2,nan\n";
  const ReadResult result = parse_ratings(text, "f", skipping());
  BOOST_TEST(shown(result.ratings) == "1 2 3/4 5 6/7 8 9/");
  BOOST_TEST(result.report.lines == 9u);
  BOOST_TEST(result.report.bad_lines == 6u);
  BOOST_REQUIRE(result.report.first_bad.size() == 5u);
  const std::uint64_t lines[] = {4, 6, 7, 9, 10};
  for (std::size_t i = 0; i < 5; ++i) BOOST_TEST(result.report.first_bad[i].line == lines[i]);
  BOOST_TEST(result.report.first_bad[2].message ==
             "f:7:3: the quote opened here ends on another line, and \"a\"b\" follows; expected a "
             "closing quote before \",\" or the end of a line");
}

BOOST_AUTO_TEST_CASE(too_many_bad_lines_are_an_error_after_all) {
  std::string text;
  for (int i = 0; i < 97; ++i) text += "1,2,3\n";
  text += "1,2,x\n1,2\n1,2,y\n";
  BOOST_TEST(parse_ratings(text, "f", skipping(0.03)).report.bad_lines == 3u);
  BOOST_TEST(
      parsed(text, skipping(0.0299)) ==
      "f: 3 of 100 lines are bad (3 %), more than 2.99 %; --most-bad-share sets how many may "
      "be; the first: f:98:5: rating \"x\" is not a number; expected a decimal number such as "
      "4 or 3.5");
  BOOST_TEST(parsed("user,item,rating\n1,2,x\n1,2,\n", skipping()) ==
             "f: all 2 lines are bad; the first: f:2:5: rating \"x\" is not a number; expected a "
             "decimal number such as 4 or 3.5");
}

BOOST_AUTO_TEST_CASE(options_that_cannot_be_are_refused) {
  ReadOptions options;
  options.delimiter = "--";
  BOOST_TEST(parsed("1,2,3\n", options) ==
             "the delimiter is \"--\"; it must be \",\" \"\\t\" \"::\" \";\" \"|\" \" \" or "
             "another single "
             "character that is no letter, digit, quote, point or sign");
  options = {};
  options.most_bad_share = 1.5;
  BOOST_TEST(parsed("1,2,3\n", options) ==
             "the largest share of bad lines is 1.500000; it must be 0 to 1");
}

BOOST_AUTO_TEST_SUITE_END()
