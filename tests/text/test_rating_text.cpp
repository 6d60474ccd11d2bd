// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "mfpar/error.hpp"
#include "mfpar/read_ratings.hpp"
#include "parsed_text.hpp"
#include "text/rating_text.hpp"

using namespace mfpar;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(test_rating_text)

namespace {

/// Parses `text` in buffers of `buffer_bytes` at first, longer where a line is.
ReadResult parse_in_buffers(std::string_view text, const ReadOptions& options,
                            std::size_t chunk_bytes, std::size_t buffer_bytes) {
  RatingText reader("f", options, chunk_bytes);
  std::size_t begin = 0, size = buffer_bytes;
  for (;;) {
    const bool is_last = begin + size >= text.size();
    const std::size_t used = reader.parse(text.substr(begin, size), is_last);
    if (is_last) return reader.finish();
    begin += used;
    size = used == 0 ? 2 * size : buffer_bytes;
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
  options.timestamps = ReadOptions::Timestamps::kRequired;
  BOOST_TEST(parsed("1,2,3\n", options) ==
             "f: there is no timestamp column; name it with --columns timestamp=NAME or =NUMBER");
  options = with_columns("1", "2", "7");
  options.header = false;
  BOOST_TEST(
      parsed("1,2,3\n", options) ==
      "f: there is no column \"7\" for the rating; the file has no header and 3 columns, which are "
      "numbered from 1; name "
      "another with --columns");
}

BOOST_AUTO_TEST_CASE(a_file_without_a_column_of_users_is_one_user_s) {
  const std::string list = "ann 1 5/ann 2 1.5/";
  ReadOptions options;
  options.single_user = "ann";
  for (const char* text :
       {"1,5\n2,1.5\n", "item,rating\n1,5\n2,1.5\n", "film;liked\n1;5\n2;1.5\n", "1 5\n2 1.5\n",
        "\xEF\xBB\xBF\"stars\";\"movieId\"\r\n5;1\r\n1.5;\"2\"\r\n",
        "movieId,title,rating\n1,\"a, b\",5\n2,,1.5\n", "film,stars\n1,5\n2,1.5\n"}) {
    BOOST_TEST(parsed(text, options) == list, text);
    const ReadReport report = parse_ratings(text, "f", options).report;
    BOOST_TEST(report.single_user);
    BOOST_TEST(report.columns.starts_with("item="));
  }
  // Two columns are too few without that, and users who are named remain.
  BOOST_TEST(parsed("1,5\n2,1.5\n").starts_with("f:1:1: cannot find three columns"));
  BOOST_TEST(parsed("5\n1.5\n", options).starts_with("f:1:1: cannot find two columns"));
  BOOST_TEST(parsed("bob::1::5::7\n", options) == "bob 1 5/");
  BOOST_TEST(parsed("userId,movieId,rating\nbob,1,5\n", options) == "bob 1 5/");
  BOOST_TEST(!parse_ratings("bob,1,5\n", "f", options).report.single_user);

  options.rating_column = "1";
  BOOST_TEST(parsed("5,1\n1.5,2\n", options) == list);
  options.item_column = "3";
  BOOST_TEST(parsed("5,x,1\n1.5,y,2\n", options) == list);
  options.item_column = "1";
  BOOST_TEST(parsed("5,1\n", options).find("item and rating are both column 1") !=
             std::string::npos);
  options.item_column = "2";
  options.user_column = "3";
  BOOST_TEST(parsed("5,1,bob\n", options) == "bob 1 5/");
  BOOST_TEST(parsed("5,1\n", options).find("there is no column \"3\" for the user") !=
             std::string::npos);
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
  options.timestamps = ReadOptions::Timestamps::kRequired;
  BOOST_TEST(parsed(text, options) == "1 2 3@978300760/1 3 4@-5/1 x 5@12345678901234/");
  options.timestamps = ReadOptions::Timestamps::kIfThere;
  BOOST_TEST(parsed(text, options) == "1 2 3@978300760/1 3 4@-5/1 x 5@12345678901234/");
  BOOST_TEST(parse_ratings("time,rating,item,user\n5,3,2,1\n", "f", options).report.columns ==
             "user=4,item=3,rating=2,timestamp=1");
  BOOST_TEST(parsed("1,2,3\n", options) == "1 2 3/");
  BOOST_TEST(parsed("user,item,rating,date\n1,2,3,2020-01-02\n", options) == "1 2 3@1577923200/");
  BOOST_TEST(parsed("user,item,rating,date\n1,2,3,in May\n", options) == "1 2 3/");
  BOOST_TEST(parsed("user,item,rating,date\n1,2,3,17\n", options) == "1 2 3@17/");
  // Dates are no obstacle as long as nobody wants them.
  BOOST_TEST(parsed("user,item,rating,date\n1,2,3,2020-01-02\n") == "1 2 3/");
}

BOOST_AUTO_TEST_CASE(chunks_cover_the_text_and_begin_where_lines_do) {
  const std::string text = "1,2,3\n\"a\nb\nc\",2,3\n4,5,6\n";
  const Workers workers(2);
  for (const std::size_t chunk_bytes : {1, 2, 3, 5, 8, 13, 100}) {
    for (const Cut cut : {Cut::kLineBreaks, Cut::kQuoteParity, Cut::kNowhere}) {
      const TextChunks chunks(text, chunk_bytes, cut, workers);
      std::string begins;
      for (std::size_t i = 0; i < chunks.count(); ++i) {
        BOOST_TEST(chunks[i].begin == (i == 0 ? 0 : chunks[i - 1].end));
        if (chunks[i].size() > 0) begins += text[chunks[i].begin];
      }
      BOOST_TEST(chunks[chunks.count() - 1].end == text.size());
      // By line breaks alone the lines within the quotes are chunks too.
      if (chunk_bytes == 1) {
        BOOST_TEST(begins == (cut == Cut::kLineBreaks    ? "1\"bc4"
                              : cut == Cut::kQuoteParity ? "1\"4"
                                                         : "1"));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_result_depends_on_neither_threads_nor_chunks_nor_buffers) {
  // Everything that could go wrong at a seam: quoted line breaks, escapes, broken quotes, CR LF,
  // empty and bad lines, integer and text ids; lines of 2 to 60 bytes against chunks from 7 bytes
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
    options.timestamps = ReadOptions::Timestamps::kRequired;
    options.threads = 1;
    const std::string expected = fingerprint(parse_in_buffers(text, options, 1 << 20, 1 << 20));
    BOOST_TEST((expected.find("bad") == expected.npos));
    for (const int threads : {1, 2, 3, 16}) {
      options.threads = threads;
      for (const std::size_t chunk_bytes : {7, 64, 1'000, 100'000}) {
        for (const std::size_t buffer_bytes : {700, 3'000, 1 << 20}) {
          const auto result = parse_in_buffers(text, options, chunk_bytes, buffer_bytes);
          BOOST_TEST((fingerprint(result) == expected), threads << " threads, chunks of "
                                                                << chunk_bytes << ", buffers of "
                                                                << buffer_bytes);
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
      for (const std::size_t chunk_bytes : {10, 100, 10'000}) {
        ReadOptions options;
        options.threads = threads;
        try {
          parse_in_buffers(prefix + text, options, chunk_bytes, 100'000);
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
    for (const std::size_t chunk_bytes : {500, 1'000'000}) {
      const ReadResult result = parse_in_buffers(text, options, chunk_bytes, 1'000'000);
      BOOST_REQUIRE(result.ratings.size() == 1'000u);
      for (std::uint64_t i = 0; i < 1'000; ++i) {
        BOOST_REQUIRE(result.ratings.at(i).value == static_cast<float>(i) / 4);
        BOOST_REQUIRE(result.ratings.items()->id(result.ratings.at(i).item) ==
                      std::to_string(i % 7));
      }
      const bool all_compact =
          std::all_of(result.ratings.impl().chunks.begin(), result.ratings.impl().chunks.end(),
                      [](const RatingChunk& c) { return c.is_compact(); });
      BOOST_TEST(all_compact == (chunk_bytes == 500));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
