// SPDX-License-Identifier: MIT
//
// Formats of the field that are not a rating a line with its ids.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "compressed_text.hpp"
#include "mfpar/read_ratings.hpp"
#include "parsed_text.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_layouts)

namespace {

/// Checks that `text` is read as `expected` from memory, a file, and compressed.
void check_is_read(const std::string& text, const std::string& expected,
                   const ReadOptions& options = {}) {
  BOOST_TEST(parsed(text, options) == expected, text);
  if (parsed(text, options) != expected) return;
  const TemporaryFolder folder;
  BOOST_TEST(shown(read_ratings(folder.write("f", text), options).ratings) == expected);
  BOOST_TEST(shown(read_ratings(folder.write("f.gz", tests::gzip(text)), options).ratings) ==
             expected);
}

void check_is_refused(const std::string& text, const std::vector<std::string>& words) {
  const std::string message = parsed(text);
  for (const std::string& word : words) {
    BOOST_TEST((message.find(word) != message.npos), text << "\ngives " << message);
  }
}

ReadOptions with_times() {
  ReadOptions options;
  options.timestamps = ReadOptions::Timestamps::kIfThere;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(matrix_market_coordinates_are_read) {
  const std::string expected = "1 1 5/20 3 2.5/3 1 1/";
  for (const std::string kind : {"real", "integer", "Real", "double"}) {
    check_is_read("%%MatrixMarket matrix coordinate " + kind +
                      " general\n% a comment\n%\n20 3 3\n1 1 5\n20 3 2.5\n3 1 1\n",
                  expected);
  }
  check_is_read("%%matrixmarket matrix coordinate real\n20 3 3\n1 1 5\n20 3 2.5\n3 1 1\n",
                expected);
  check_is_read(
      "%%MatrixMarket matrix coordinate real general\r\n\r\n 20  3\t3 \r\n1 1 5\r\n20 3 "
      "2.5\r\n 3 1 1\r\n",
      expected);
  check_is_read(
      "\xEF\xBB\xBF%%MatrixMarket matrix coordinate real general\n20 3 3\n1 1 5\n% here, too\n\n"
      "20 3 25e-1\n3 1 1",
      expected);
  ReadOptions options;
  options.delimiter = " ";
  check_is_read("%%MatrixMarket matrix coordinate real general\n2 2 1\n2 1 5\n", "2 1 5/", options);
}

BOOST_AUTO_TEST_CASE(symmetric_matrices_and_patterns_are_read) {
  const std::string head = "%%MatrixMarket matrix coordinate ";
  check_is_read(head + "real symmetric\n3 3 3\n1 1 5\n3 1 2\n3 2 0.5\n",
                "1 1 5/3 1 2/1 3 2/3 2 0.5/2 3 0.5/");
  ReadOptions choices;
  choices.may_lack_ratings = true;
  check_is_read(head + "pattern general\n3 4 2\n1 4\n3 1\n", "1 4 1/3 1 1/", choices);
  check_is_read(head + "pattern symmetric\n3 3 2\n2 1\n3 3\n", "2 1 1/1 2 1/3 3 1/", choices);
  const ReadResult read = parse_ratings(head + "pattern general\n3 4 2\n1 4\n3 1\n", "f", choices);
  BOOST_TEST((read.report.only_value == 1.0f));
}

BOOST_AUTO_TEST_CASE(matrix_market_files_that_are_wrong_are_refused) {
  const struct {
    std::string head, body;
    std::vector<std::string> words;
  } rows[] = {
      {"array real general", "2 2\n1\n2\n3\n4\n", {"f:1: ", "array", "coordinate"}},
      {"", "2 2 1\n1 1 1\n", {"f:1: ", "\"matrix nothing\""}},
      {"coordinate", "2 2 1\n1 1 1\n", {"f:1: ", "values of kind \"nothing\""}},
      {"coordinate pattern general",
       "2 2 1\n1 1\n",
       {"f:1: ", "pattern", "no ratings", "--feedback one-class"}},
      {"coordinate complex general", "2 2 1\n1 1 1 1\n", {"\"complex\""}},
      {"coordinate real skew-symmetric", "2 2 1\n2 1 1\n", {"\"skew-symmetric\"", "f:1: "}},
      {"coordinate real hermitian", "2 2 1\n2 1 1\n", {"\"hermitian\""}},
      {"coordinate real general", "2 2\n1 1 1\n", {"f:2: ", "size line"}},
      {"coordinate real general", "2 2 1 1\n1 1 1\n", {"f:2: ", "size line"}},
      {"coordinate real general", "2 x 1\n1 1 1\n", {"f:2: ", "size line"}},
      {"coordinate real general", "-2 2 1\n1 1 1\n", {"f:2: ", "size line"}},
      {"coordinate real general", "99999999999999999999 2 1\n1 1 1\n", {"f:2: ", "size line"}},
      {"coordinate real symmetric", "3 2 1\n1 1 1\n", {"f:2: ", "3 rows and 2 columns"}},
      {"coordinate real general", "% only\n", {"f:2: ", "ends before its size line"}},
      {"coordinate real general", "3 3 0\n", {"no lines of ratings"}},
      {"coordinate real general",
       "3 3 4\n1 1 1\n2 2 2\n",
       {"has 2 lines of ratings", "there are 4", "cut off"}},
      {"coordinate real symmetric",
       "3 3 1\n2 1 1\n2 2 2\n",
       {"has 2 lines of ratings", "there are 1"}},
      {"coordinate real general",
       "3 3 2\n1 1 1\n2 x\n",
       {"f:4: ", "the column is \"x\"", "from 1 to 3"}},
      {"coordinate real general", "3 3 2\n1 1 1\n2\n", {"f:4:2: a field is missing"}},
      {"coordinate real general", "3 3 2\n1 1 1\n2 2\n", {"f:4:4: a field is missing"}},
      {"coordinate real general", "3 3 2\n1 1 1\n2 2 2 2\n", {"f:4:"}},
      {"coordinate real general", "3 3 2\n1 1 1\n2 2 nan\n", {"f:4:5: ", "nan"}},
      {"coordinate real general", "3 3 2\n1 1 1\n2 2 1e99\n", {"f:4:5: "}},
      {"coordinate real general",
       "3 3 2\n% a\n1 1 1\n0 2 2\n",
       {"f:5: ", "the row is \"0\"", "from 1 to 3"}},
      {"coordinate real general", "3 3 1\n4 2 2\n", {"f:3: ", "the row is \"4\""}},
      {"coordinate real general", "3 2 1\n3 3 2\n", {"f:3: ", "column is \"3\"", "1 to 2"}},
      {"coordinate real general", "3 3 1\n-1 3 2\n", {"f:3: ", "the row is \"-1\""}},
      {"coordinate real general", "3 3 1\n1.0 3 2\n", {"f:3: ", "the row is \"1.0\""}},
      {"coordinate real symmetric", "3 3 1\n2 1 x\n", {"f:3: ", "row, column and value"}},
      {"coordinate real symmetric", "3 3 1\n2 1\n", {"f:3: ", "row, column and value"}},
      {"coordinate real symmetric", "3 3 1\n2\n", {"f:3: ", "the column is \"\""}},
      {"coordinate real symmetric", "3 3 1\n2 1 inf\n", {"f:3: "}},
  };
  for (const auto& row : rows) {
    check_is_refused("%%MatrixMarket matrix " + row.head + "\n" + row.body, row.words);
  }
  ReadOptions choices;
  choices.may_lack_ratings = true;
  const std::string message =
      parsed("%%MatrixMarket matrix coordinate pattern general\n2 2 1\n1 1 5\n", choices);
  BOOST_TEST(message.starts_with("f:3: the entry \"1 1 5\"; expected row and column"), message);
}

BOOST_AUTO_TEST_CASE(json_lines_are_read_by_their_keys) {
  const std::string expected = "ann 7 4/bob \"x\", y 3.5/ann 9 1/";
  check_is_read(
      "{\"user\":\"ann\",\"item\":7,\"rating\":4}\n"
      "{\"user\":\"bob\",\"item\":\"\\\"x\\\", y\",\"rating\":3.5}\n\n"
      "{\"rating\":\"1\",\"item\":\"9\",\"user\":\"ann\"}\n",
      expected);
  check_is_read(
      "{\"reviewerID\": \"ann\", \"asin\": \"7\", \"overall\": 4.0, \"reviewText\": \"a\\n"
      "b\", \"helpful\": [1, 2], \"unixReviewTime\": 5, \"style\": {\"x\": {\"y\": []}}}\r\n"
      "{\"reviewerID\": \"bob\", \"asin\": \"\\\"x\\\", y\", \"overall\": 3.5, "
      "\"unixReviewTime\": 6}\r\n"
      "{\"overall\": 1.0, \"asin\": \"9\", \"reviewerID\": \"ann\"}",
      expected);
  ReadOptions options = with_columns("who", "what", "how");
  check_is_read("{\"who\":\"ann\",\"what\":7,\"how\":4,\"rating\":2}\n", "ann 7 4/", options);
  check_is_read("{\"user\":1,\"item\":2,\"rating\":3,\"timestamp\":5}\n", "1 2 3@5/", with_times());
  const std::string good = "{\"user\":1,\"item\":2,\"rating\":3}\n";
  check_is_refused(good + "{\"user\":1,\"item\":2}\n", {"f:2:", "the rating is empty"});
  check_is_refused(good + "{\"user\":1,\"item\":null,\"rating\":3}\n",
                   {"f:2:", "item id is empty"});
  check_is_refused(good + "{\"user\":1,\"item\":[2],\"rating\":3}\n", {"f:2:", "item id is empty"});
  check_is_refused(good + good + "{\"user\":1,\n", {"f:3: is no JSON object", "jq -c . f |"});
  check_is_refused(good + good + good + "oops\n", {"f:4: is no JSON object"});
  BOOST_TEST(parsed(good + good + "oops\n" + good, skipping()) == "1 2 3/1 2 3/1 2 3/");
  check_is_refused("{\"a\":1,\"b\":2}\n", {"there is no user column among \"a\", \"b\""});
  check_is_refused("{\n  \"user\": 1\n}\n", {"looks like JSON", "jq -c . f |"});
  check_is_refused("[{\"user\":1,\"item\":2,\"rating\":3},\n", {"a JSON list", "jq -c '.[]' f |"});
  check_is_refused("[\n{\"user\":1}]\n", {"a JSON list", "jq -c '.[]' f |"});
  check_is_refused("[1, 2, 3]\n[1, 3, 4]\n", {"a list a line", "jq -r '@csv' f |"});
  // Depth costs nothing.
  const std::string deep(200'000, '[');
  check_is_refused(good + "{\"user\":1,\"item\":2,\"rating\":3,\"x\":" + deep + "\n",
                   {"f:2: is no JSON object"});
  check_is_read(good + "{\"user\":1,\"item\":2,\"rating\":3,\"x\":" + deep +
                    std::string(200'000, ']') + "}\n",
                "1 2 3/1 2 3/");
  // Brackets may begin ids.
  BOOST_TEST(parsed("{5},x,3\n[5],y,4\n") == "{5} x 3/[5] y 4/");
  BOOST_TEST(parsed("[5],x,3\n") == "[5] x 3/");
}

BOOST_AUTO_TEST_CASE(ratings_below_their_item_or_user_are_read) {
  check_is_read("101:\n14,4,2005-01-04\n15,3,2005-01-05\n102:\n\n14,1,2005-01-01\n103:\n",
                "14 101 4/15 101 3/14 102 1/");
  check_is_read("101:\r\n14,4,1970-01-02\r\n", "14 101 4@86400/", with_times());
  check_is_read("x-1:\nu,4\nv,5\n", "u x-1 4/v x-1 5/");
  check_is_read("1|2\n107\t20\n125\t80\n2|1\n107\t50\n3|0\n", "1 107 20/1 125 80/2 107 50/");
  check_is_read("1|2\n107\t20\t3811\t13:24:00\n125\t80\t3811\t13:25:00\n", "1 107 20/1 125 80/");
  check_is_refused("101:\n14,4,2005-01-04\n15,3,2005-01-04\n16,x,2005-01-05\n",
                   {"f:4:", "rating \"x\""});
  check_is_refused("1|2\n107\t20\n125\t80\n2|2\n107\t20\n", {"f:4: user 2 has 1 ratings less"});
  check_is_refused("1|1\n107\t20\n125\t80\n2|0\n", {"f:1: user 1 has 1 ratings more"});
}

BOOST_AUTO_TEST_CASE(sparse_lines_of_two_features_are_read) {
  check_is_read("4 0:1 20:1\n3.5 0:1 21:1\n\n-1 3:1 20:1 # last\n", "0 20 4/0 21 3.5/3 20 -1/");
  check_is_read("+1 0:1.0 20:1\r\n", "0 20 1/");
  check_is_refused("4 0:1 20:1 30:1\n4 0:1 20:1 31:1\n", {"libFM or LibSVM", "two features"});
  check_is_refused("4 0:1 20:1\n4 0:1\n", {"libFM or LibSVM", "two features"});
  std::string text;
  for (int i = 0; i < 30; ++i) text += "4 0:1 20:1\n";
  check_is_refused(text + "4 0:1 20\n", {"f:31:"});
}

BOOST_AUTO_TEST_CASE(several_files_and_folders_are_read_as_one) {
  const TemporaryFolder folder;
  const auto first = folder.write("a.csv", "rating,user,item\n4,1,10\n5,2,11\n");
  const auto second = folder.write("b.csv", "3,1,12\n2,3,10\n");
  const auto third = folder.write("c.csv.gz", tests::gzip("user\titem\trating\n9\t10\t1\n"));
  const std::string expected = "1 10 4/2 11 5/1 12 3/3 10 2/9 10 1/";
  const std::vector<std::string> paths{first, second, third};
  const ReadResult all = read_ratings(paths);
  BOOST_TEST(shown(all.ratings) == expected);
  BOOST_TEST(all.report.source == first + " and 2 more files");
  BOOST_TEST(all.report.lines == 5u);
  BOOST_TEST(all.report.columns == "user=2,item=3,rating=1");
  folder.write("_SUCCESS", "");
  folder.write(".a.csv.crc", "crc\0\1");
  folder.write("empty.csv", "");
  const ReadResult whole = read_ratings(folder.path(""));
  BOOST_TEST(shown(whole.ratings) == expected);
  // Parts of a wider table, of which only the first has the header, and what is odd in a later one.
  const std::vector<std::string> parts{
      folder.write("part-1", "id,when,user,item,stars\n7,x,1,10,4\n8,y,2,11,5\n"),
      folder.write("part-2", "9,z,1,12,3\n10,x,-3,10,2\n"),
      folder.write("part-3", "user,item,rating\n-9,10,1\n")};
  const ReadResult wide = read_ratings(parts);
  BOOST_TEST(shown(wide.ratings) == "1 10 4/2 11 5/1 12 3/-3 10 2/-9 10 1/");
  BOOST_REQUIRE(wide.report.notes.size() == 1u);
  BOOST_TEST(wide.report.notes[0].starts_with(parts[1] + ": line 2: user id -3 is negative"));
  for (const std::string& part : parts) std::filesystem::remove(part);
  // Files that are not called alike are not parts of one table.
  for (const std::string other : {"readme.txt", "my-ratings.csv"}) {
    folder.write(other, "user,item,rating\n1,2,3\n");
    const std::string ratings = folder.path(other == "readme.txt" ? "a.csv" : other);
    BOOST_CHECK_EXCEPTION(read_ratings(folder.path("")), Error, [&](const Error& error) {
      return std::string(error.what())
          .ends_with(
              "a folder of different files; name those to read, "
              "such as " +
              ratings);
    });
    std::filesystem::remove(folder.path(other));
  }
  // A fault is in its file, and at its line there.
  folder.write("b.csv", "3,1,12\noops,3,2\n");
  BOOST_CHECK_EXCEPTION(read_ratings(paths), Error, [&](const Error& error) {
    return std::string(error.what()).starts_with(second + ":2:1: rating \"oops\"");
  });
}

BOOST_AUTO_TEST_SUITE_END()
