// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "data/rating_text.hpp"
#include "mfpar/error.hpp"
#include "mfpar/read_ratings.hpp"

using namespace mfpar;
using namespace std::string_literals;

namespace {

/// The ratings of a table in order, by id: `user item value[@time]` apart with /.
std::string shown(const RatingTable& table) {
  std::string text;
  const auto users = table.users(), items = table.items();
  for (std::uint64_t i = 0; i < table.size(); ++i) {
    const Rating rating = table.at(i);
    std::string value = std::to_string(rating.value);
    value.erase(value.find_last_not_of('0') + 1);
    if (value.back() == '.') value.pop_back();
    text += users->id(rating.user) + " " + items->id(rating.item) + " " + value;
    if (rating.timestamp != 0) text += "@" + std::to_string(rating.timestamp);
    text += "/";
  }
  return text;
}

/// What parsing `text` gives: the ratings, or the message.
std::string parsed(std::string_view text, const ReadOptions& options = {}) {
  try {
    return shown(parse_ratings(text, "f", options).ratings);
  } catch (const Error& error) {
    return error.what();
  }
}

ReadOptions with_columns(std::string user, std::string item, std::string rating,
                         std::string timestamp = "") {
  ReadOptions options;
  options.user_column = std::move(user);
  options.item_column = std::move(item);
  options.rating_column = std::move(rating);
  options.timestamp_column = std::move(timestamp);
  options.timestamps = !options.timestamp_column.empty();
  return options;
}

ReadOptions skipping(double most_bad_share = 1.0) {
  ReadOptions options;
  options.on_bad_line = ReadOptions::OnBadLine::kSkip;
  options.most_bad_share = most_bad_share;
  return options;
}

/// Parses `text` in blocks of `block_bytes` at first, longer where a line is.
ReadResult parse_in_blocks(std::string_view text, const ReadOptions& options,
                           std::size_t piece_bytes, std::size_t block_bytes) {
  RatingText reader("f", options, piece_bytes);
  std::size_t begin = 0, size = block_bytes;
  for (;;) {
    const bool is_last = begin + size >= text.size();
    const std::size_t used = reader.parse_block(text.substr(begin, size), is_last);
    if (is_last) return reader.finish();
    begin += used;
    size = used == 0 ? 2 * size : block_bytes;
  }
}

/// Everything about a result that must not depend on how it was come by.
std::string fingerprint(const ReadResult& result) {
  std::string text = shown(result.ratings);
  for (std::uint32_t i = 0; i < result.ratings.users()->size(); ++i) {
    text += result.ratings.users()->id(i) + " ";
  }
  for (std::uint32_t i = 0; i < result.ratings.items()->size(); ++i) {
    text += result.ratings.items()->id(i) + " ";
  }
  text += std::to_string(result.report.lines) + " " + std::to_string(result.report.bad_lines);
  for (const BadLine& bad : result.report.first_bad) {
    text += "\n" + std::to_string(bad.line) + " " + bad.message;
  }
  for (const std::string& note : result.report.notes) text += "\n" + note;
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(delimiters_are_detected) {
  const std::string expected = "1 10 4/1 20 3.5/2 10 0.5/";
  const struct {
    std::string_view text, delimiter;
  } files[] = {
      {"1 10 4\n1 20 3.5\n2 10 .5\n", " "},
      {"1  10\t4\n1 20 3.5\n 2 10 0.5 \n", " "},
      {"1\t10\t4\n1\t20\t3.5\n2\t10\t0.5\n", "\t"},
      {"1,10,4\n1,20,3.5\n2,10,0.5\n", ","},
      {"1, 10, 4\n1, 20, 3.5\n2, 10, 0.5\n", ","},
      {"1;10;4\n1;20;3.5\n2;10;0.5\n", ";"},
      {"1|10|4\n1|20|3.5\n2|10|0.5\n", "|"},
      {"1::10::4::978300760\n1::20::3.5::978300761\n2::10::0.5::978300762\n", "::"},
      {"1,10,4,978300760\r\n1,20,3.5,978300761\r\n2,10,0.5,978300762", ","},
      {"\xEF\xBB\xBFuserId,movieId,rating\n1,10,4\n\n1,20,3.5\n2,10,0.5\n\n", ","},
  };
  for (const auto& [text, delimiter] : files) {
    const ReadResult result = parse_ratings(text, "f");
    BOOST_TEST(shown(result.ratings) == expected, text);
    BOOST_TEST(result.report.delimiter == delimiter, text);
    BOOST_TEST(result.report.lines == 3u);
  }
  // A bad first line does not decide.
  BOOST_TEST(parsed("x y z\n1;10;4\n1;20;3.5\n2;10;0.5\n", skipping()) == expected);
  ReadOptions options;
  options.delimiter = ";";
  BOOST_TEST(parsed("1,5;2;3\n", options) == "1,5 2 3/");
  options.delimiter = "\\t";
  BOOST_TEST(parsed("1 a\t2\t3\n", options) == "1 a 2 3/");
}

BOOST_AUTO_TEST_CASE(headers_are_detected_and_columns_found_by_name) {
  const struct {
    std::string_view header, line;
  } files[] = {
      {"userId,movieId,rating,timestamp", "7,8,9,5"},
      {"user_id,book_id,rating", "7,8,9"},
      {"item,user,rating", "8,7,9"},
      {"rating,user,item", "9,7,8"},
      {"\"User-ID\";\"ISBN\";\"Book-Rating\"", "\"7\";\"8\";\"9\""},
      {"asin\tuser_id\trating\ttimestamp\ttitle", "8\t7\t9\t5\tA, B"},
      {"a,b,c", "7,8,9"},
      {"u i r", "7 8 9"},
      {"id,uid,iid,score,comment", "1,7,8,9,good"},
  };
  for (const auto& [header, line] : files) {
    const ReadResult result = parse_ratings(std::string(header) + "\n" + std::string(line), "f");
    BOOST_TEST(shown(result.ratings) == "7 8 9/", header);
    BOOST_TEST(result.report.header);
  }
  BOOST_TEST(!parse_ratings("7,8,9\n", "f").report.header);
  BOOST_TEST(!parse_ratings("ann,dune,9\n", "f").report.header);
  // Names that are not known are taken in order, and the report says so.
  const auto notes = parse_ratings("a,b,c\n7,8,9\n", "f").report.notes;
  BOOST_REQUIRE(notes.size() == 1u);
  BOOST_TEST(
      notes[0] ==
      "the first line (\"a\", \"b\", \"c\") is taken for a header, and the columns for user, "
      "item and rating in this order");
  ReadOptions options;
  options.header = true;
  BOOST_TEST(parsed("1,2,3\n7,8,9\n", options) == "7 8 9/");
  options.header = false;
  BOOST_TEST(parsed("1,2,3\n7,8,9\n", options) == "1 2 3/7 8 9/");
}

BOOST_AUTO_TEST_CASE(columns_are_chosen_by_name_or_number) {
  const std::string_view text = "when,who,what,how\n5,ann,dune,4.5\n";
  BOOST_TEST(parsed(text, with_columns("who", "what", "how")) == "ann dune 4.5/");
  BOOST_TEST(parsed(text, with_columns("WHO", "3", "how", "when")) == "ann dune 4.5@5/");
  BOOST_TEST(parsed("9,x,4.5,y\n", with_columns("2", "4", "3")) == "x y 4.5/");
  BOOST_TEST(
      parsed("1,x,2,y,3\n", with_columns("1", "3", "5", "2")).starts_with("f:1:3: timestamp"));
  const struct {
    ReadOptions options;
    std::string_view message;
  } bad[] = {
      {with_columns("who", "item", "how"),
       "f: there is no column \"item\" for the item; the columns are \"when\", \"who\", \"what\", "
       "\"how\"; name another with --columns"},
      {with_columns("5", "2", "3"),
       "f: there is no column \"5\" for the user; the columns are \"when\", \"who\", \"what\", "
       "\"how\"; name another with --columns"},
      {with_columns("who", "who", "how"),
       "f: user and item are both column 2; tell them apart with --columns"},
      {with_columns("who", "what", ""),
       "f: there is no rating column among \"when\", \"who\", \"what\", \"how\"; name it with "
       "--columns rating=NAME or =NUMBER"},
  };
  for (const auto& [options, message] : bad) BOOST_TEST(parsed(text, options) == message);
  ReadOptions options;
  options.timestamps = true;
  BOOST_TEST(parsed("1,2,3\n", options) ==
             "f: there is no timestamp column; name it with --columns timestamp=NAME or =NUMBER");
  options = with_columns("1", "2", "7");
  options.header = false;
  BOOST_TEST(
      parsed("1,2,3\n", options) ==
      "f: there is no column \"7\" for the rating; the file has no header and 3 columns; name "
      "another with --columns");
}

BOOST_AUTO_TEST_CASE(options_that_cannot_be_are_refused) {
  ReadOptions options;
  options.delimiter = "--";
  BOOST_TEST(parsed("1,2,3\n", options) ==
             "the delimiter is \"--\"; it must be \",\" \"\\t\" \"::\" \";\" \"|\" or \" \"");
  options = {};
  options.most_bad_share = 1.5;
  BOOST_TEST(parsed("1,2,3\n", options) ==
             "the largest share of bad lines is 1.500000; it must be 0 to 1");
}

BOOST_AUTO_TEST_CASE(ids_come_back_letter_for_letter) {
  BOOST_TEST(parsed("2::0104257::8::5\n2::104257::7::5\n") == "2 0104257 8/2 104257 7/");
  BOOST_TEST(parsed("\" a \",\"x,\"\"y\"\"\nz\",3\n\xC3\xA9t\xC3\xA9, b c ,4\n") ==
             " a  x,\"y\"\nz 3/\xC3\xA9t\xC3\xA9 b c 4/");
  BOOST_TEST(parsed("2000000000,9223372036854775807,1\n9223372036854775808,-0,2\n") ==
             "2000000000 9223372036854775807 1/9223372036854775808 -0 2/");
  const ReadResult result = parse_ratings("1,2,3\n1,-5,3\n-7,-6,3\n-8,2,3\n", "f");
  BOOST_TEST(shown(result.ratings) == "1 2 3/1 -5 3/-7 -6 3/-8 2 3/");
  BOOST_REQUIRE(result.report.notes.size() == 2u);
  BOOST_TEST(result.report.notes[0] ==
             "line 2: item id -5 is negative; ids are names, and it is kept as one");
  BOOST_TEST(result.report.notes[1] ==
             "line 3: user id -7 is negative; ids are names, and it is kept as one");
}

BOOST_AUTO_TEST_CASE(an_id_of_two_billion_costs_one_entry) {
  const ReadResult result = parse_ratings("2000000000 1 3\n1 2000000000 4\n", "f");
  BOOST_TEST(result.ratings.users()->size() == 2u);
  BOOST_TEST(result.ratings.items()->size() == 2u);
}

BOOST_AUTO_TEST_CASE(timestamps_are_kept_when_asked_for) {
  const std::string_view text = "1,2,3,978300760\n1,3,4,-5\n1,x,5,12345678901234\n";
  BOOST_TEST(!parse_ratings(text, "f").ratings.has_timestamps());
  ReadOptions options;
  options.timestamps = true;
  BOOST_TEST(parsed(text, options) == "1 2 3@978300760/1 3 4@-5/1 x 5@12345678901234/");
  // Dates are no obstacle as long as nobody wants them.
  BOOST_TEST(parsed("user,item,rating,date\n1,2,3,2020-01-02\n") == "1 2 3/");
}

BOOST_AUTO_TEST_CASE(every_bad_line_has_its_message) {
  const std::string skip = "; --on-bad-line skip leaves such lines out";
  const std::string delimiter = "; --delimiter sets what separates fields" + skip;
  const std::string columns =
      "; --columns tells which column is which, --header that the first line names them" + skip;
  const std::string number = "; expected a decimal number such as 4 or 3.5";
  const struct {
    std::string text, message;
  } files[] = {
      {"1,2,3\n4,5\n",
       "f:2:4: a field is missing: found 2 fields, expected 3 separated by \",\"" + delimiter},
      {"1\t2\t3\n1\t2\t4\n4\n",
       "f:3:2: a field is missing: found 1 field, expected 3 separated by a tab" + delimiter},
      {"1::2::3\n4::5::6::7\n",
       "f:2:10: a field too many: found 4 fields, expected 3 separated by \"::\"" + delimiter},
      {"1 2 3\n1 2 3\n4 5 6 7 8\n",
       "f:3:7: a field too many: found 5 fields, expected 3 separated by blanks" + delimiter},
      {"1,2,3\n1,2,good\n", "f:2:5: rating \"good\" is not a number" + number + columns},
      {"1,2,good\n1,2,3\n", "f:1:5: rating \"good\" is not a number" + number + columns},
      {"1,2,3\n1,2,\n", "f:2:5: the rating is empty" + number + columns},
      {"1,2,3\n1,2,nan\n", "f:2:5: rating \"nan\" is not finite" + number + skip},
      {"1,2,3\n1,2,-Inf\n", "f:2:5: rating \"-Inf\" is not finite" + number + skip},
      {"1,2,3\n1,2,4.5x\n", "f:2:8: rating \"4.5x\" goes on after the number" + number + skip},
      {"1,2,3\n1,2,0x10\n", "f:2:6: rating \"0x10\" goes on after the number" + number + skip},
      {"1;2;3\n1;2;4,5\n", "f:2:6: rating \"4,5\" goes on after the number" + number + skip},
      {"1,2,3\n1,2,\"4,5\"\n", "f:2:7: rating \"4,5\" goes on after the number" + number + skip},
      {"1,2,3\n1,2,5\\0\n"s, "f:2:6: rating \"5\\0\" goes on after the number" + number + skip},
      {"1,2,3\n1,2,1e99\n",
       "f:2:5: rating \"1e99\" is out of the range of single precision" + number + skip},
      {"1,2,3\n1,\"2,3\n4,5,6\n",
       "f:2:3: the quote opened here is never closed; expected a closing quote within 1 MiB" +
           skip},
      {"1,2,3\n\"\xC3\xA9\"x,2,3\n",
       "f:2:4: \"x\" after a closing quote; expected \",\" or the end of the line (a quote within "
       "quotes is written twice)" +
           skip},
      {"1,2,3\n1,\"2,3\n\"4\",5,6\n",
       "f:2:3: the quote opened here ends on another line, and \"4\"\" follows; expected a closing "
       "quote "
       "before \",\" or the end of a line" +
           skip},
      {"1,2,3\na\xFF,2,3\n",
       "f:2:1: user id \"a\\xff\" is not valid UTF-8; convert the file first, for example with "
       "iconv" +
           skip},
      {"1,2,3\n\xC3\xA9,\xE9t\xE9,3\n",
       "f:2:3: item id \"\\xe9t\\xe9\" is not valid UTF-8; convert the file first, for example "
       "with "
       "iconv" +
           skip},
      {"1,2,3\n,2,3\n", "f:2:1: the user id is empty; expected a number or text" + skip},
      {"1,2,3\n1,\"\",3\n", "f:2:4: the item id is empty; expected a number or text" + skip},
      {"1,2,3\n1,\"a\nb\",3\n1,\"a\nb\",x\n",
       "f:5:4: rating \"x\" is not a number" + number + columns},
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
       "f: 5 columns, and none has a name that is known; tell which to use: --columns "
       "user=1,item=2,rating=3"},
      {"1,2,3,comedy\n",
       "f: the fourth column holds no timestamps (\"comedy\"); tell which columns to use: "
       "--columns "
       "user=1,item=2,rating=3"},
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
  options.timestamps = true;
  BOOST_TEST(parsed("1,2,3,5\n1,2,3,soon\n", options) ==
             "f:2:7: timestamp \"soon\" is not an integer; expected seconds such as 1365029107" +
                 skip);
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
      "user,item,rating\n1,2,3\n\nx\n4,5,6\n1,2,oops\n1,\"2\n7,8,9\n,,\n\"a\"b,1,2\n1,2,nan\n";
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

BOOST_AUTO_TEST_CASE(pieces_cover_the_text_and_begin_where_lines_do) {
  const std::string text = "1,2,3\n\"a\nb\nc\",2,3\n4,5,6\n";
  const Workers workers(2);
  for (const std::size_t piece_bytes : {1, 2, 3, 5, 8, 13, 100}) {
    for (const Cut cut : {Cut::kLineBreaks, Cut::kQuoteParity, Cut::kNowhere}) {
      const TextPieces pieces(text, piece_bytes, cut, workers);
      std::string begins;
      for (std::size_t i = 0; i < pieces.count(); ++i) {
        BOOST_TEST(pieces[i].begin == (i == 0 ? 0 : pieces[i - 1].end));
        if (pieces[i].size() > 0) begins += text[pieces[i].begin];
      }
      BOOST_TEST(pieces[pieces.count() - 1].end == text.size());
      // By line breaks alone the lines within the quotes are pieces too.
      if (piece_bytes == 1) {
        BOOST_TEST(begins == (cut == Cut::kLineBreaks    ? "1\"bc4"
                              : cut == Cut::kQuoteParity ? "1\"4"
                                                         : "1"));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_result_depends_on_neither_threads_nor_pieces_nor_blocks) {
  // Everything that could go wrong at a seam: quoted line breaks, escapes, broken quotes, CR LF,
  // empty and bad lines, integer and text ids; lines of 2 to 60 bytes against pieces from 7 bytes
  // on.
  Random random(5);
  const auto text_of = [&](int lines, bool has_bad, bool has_broken_quotes) {
    std::string text = "user,item,rating,timestamp\r\n";
    for (int i = 0; i < lines; ++i) {
      const std::string user = std::to_string(random.below(40));
      const std::string item = std::to_string(random.below(30));
      const std::string tail = "," + std::to_string(random.below(5)) + ".5,12345678" +
                               (random.below(2) != 0 ? "\r\n" : "\n");
      switch (random.below(has_bad ? has_broken_quotes ? 12 : 10 : 8)) {
        case 0:
          text += "\"" + user + "\n,\"," + item + tail;
          break;
        case 1:
          text += user + ",\"say \"\"" + item + "\"\"\n\r\n\"" + tail;
          break;
        case 2:
          text += "\n" + user + ",0" + item + tail;
          break;
        case 8:
          text += user + "," + item + "\n";
          break;
        case 9:
          text += user + "," + item + ",x,\"a\n\"\n";
          break;
        case 10:
          text += "\"" + user + "," + item + tail;
          break;
        case 11:
          text += "\"" + user + "\"x," + item + tail;
          break;
        default:
          text += user + "," + item + tail;
      }
    }
    return text;
  };
  const struct {
    bool has_bad, has_broken_quotes;
  } kinds[] = {{false, false}, {true, false}, {true, true}};
  for (const auto& [has_bad, has_broken_quotes] : kinds) {
    const std::string text = text_of(200, has_bad, has_broken_quotes);
    ReadOptions options = skipping();
    options.timestamps = true;
    options.threads = 1;
    const std::string expected = fingerprint(parse_in_blocks(text, options, 1 << 20, 1 << 20));
    BOOST_TEST((expected.find("bad") == expected.npos));
    for (const int threads : {1, 2, 3, 16}) {
      options.threads = threads;
      for (const std::size_t piece_bytes : {7, 64, 1'000, 100'000}) {
        for (const std::size_t block_bytes : {700, 3'000, 1 << 20}) {
          const auto result = parse_in_blocks(text, options, piece_bytes, block_bytes);
          BOOST_TEST((fingerprint(result) == expected), threads << " threads, pieces of "
                                                                << piece_bytes << ", blocks of "
                                                                << block_bytes);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_error_thrown_is_the_first_of_the_file) {
  std::string text;
  for (int i = 0; i < 500; ++i) {
    text += i >= 321 && i % 3 == 0 ? "1,2,bad" + std::to_string(i) + "\n" : "1,2,3\n";
  }
  for (const std::string& prefix : {""s, "\"a\nb\",2,3\n"s}) {
    const std::string line = std::to_string(322 + (prefix.empty() ? 0 : 2));
    for (const int threads : {1, 2, 16}) {
      for (const std::size_t piece_bytes : {10, 100, 10'000}) {
        ReadOptions options;
        options.threads = threads;
        try {
          parse_in_blocks(prefix + text, options, piece_bytes, 100'000);
          BOOST_ERROR("no error");
        } catch (const Error& error) {
          BOOST_TEST(std::string(error.what()).starts_with("f:" + line + ":5: rating \"bad321\""),
                     error.what());
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(values_that_do_not_fit_a_byte_make_chunks_wide) {
  std::string text, expected;
  for (int i = 0; i < 1'000; ++i) {
    const std::string value = std::to_string(i / 4) + "." + std::to_string(25 * (i % 4));
    text += "1," + std::to_string(i % 7) + "," + value + "\n";
  }
  for (const int threads : {1, 3}) {
    ReadOptions options;
    options.threads = threads;
    for (const std::size_t piece_bytes : {500, 1'000'000}) {
      const ReadResult result = parse_in_blocks(text, options, piece_bytes, 1'000'000);
      BOOST_REQUIRE(result.ratings.size() == 1'000u);
      for (std::uint64_t i = 0; i < 1'000; ++i) {
        BOOST_REQUIRE(result.ratings.at(i).value == static_cast<float>(i) / 4);
        BOOST_REQUIRE(result.ratings.items()->id(result.ratings.at(i).item) ==
                      std::to_string(i % 7));
      }
      const bool all_compact =
          std::all_of(result.ratings.impl().chunks.begin(), result.ratings.impl().chunks.end(),
                      [](const RatingChunk& c) { return c.is_compact(); });
      BOOST_TEST(all_compact == (piece_bytes == 500));
    }
  }
}
