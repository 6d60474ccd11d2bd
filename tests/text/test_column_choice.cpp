// SPDX-License-Identifier: MIT
//
// Which column is taken for what, by headers of other tools and by what the columns hold.
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/read_ratings.hpp"
#include "parsed_text.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_column_choice)

namespace {

constexpr int kLines = 60;

/// Lines of fields that `columns` name, in this order: u user, i item, r rating (1 to 5), h rating
/// in half stars, t seconds, m milliseconds, d date, n the line's number from 0, N from 1, c a
/// constant, x text, e nothing.
std::string lines_of(const std::string& columns, const std::string& delimiter = ",") {
  std::string text;
  for (int line = 0; line < kLines; ++line) {
    std::string fields;
    const long time = 978'300'760L + 86'400L * 37 * line % 50'000'000;
    for (const char column : columns) {
      if (!fields.empty() || column != columns[0]) fields += delimiter;
      switch (column) {
        case 'u':
          fields += std::to_string(100 + line * 7 % 23);
          break;
        case 'i':
          fields += std::to_string(500 + line * 11 % 31);
          break;
        case 'r':
          fields += std::to_string(1 + line * 3 % 5);
          break;
        case 'h':
          fields += std::to_string(line * 3 % 5) + (line % 2 == 0 ? ".5" : ".0");
          break;
        case 't':
          fields += std::to_string(time);
          break;
        case 'm':
          fields += std::to_string(time) + "123";
          break;
        case 'd':
          fields += "2011-0" + std::to_string(1 + line % 9) + "-1" + std::to_string(line % 10);
          break;
        case 'n':
          fields += std::to_string(line);
          break;
        case 'N':
          fields += std::to_string(line + 1);
          break;
        case 'c':
          fields += "1";
          break;
        case 'x':
          fields += "good film no " + std::to_string(line % 4);
          break;
        default:
          break;
      }
    }
    text += fields + "\n";
  }
  return text;
}

/// "user=1,item=2,rating=3", or the message.
std::string choice(const std::string& text, const ReadOptions& given = {}) {
  ReadOptions options = given;
  options.timestamps = ReadOptions::Timestamps::kIfThere;
  try {
    return parse_ratings(text, "f", options).report.columns;
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(headers_of_other_tools_are_known_in_any_order) {
  const struct {
    std::string header, columns, choice;
  } files[] = {
      {"userId,movieId,rating,timestamp", "uirt", "user=1,item=2,rating=3,timestamp=4"},
      {"item_id:token,user_id:token,timestamp:float,rating:float", "iutr",
       "user=2,item=1,rating=4,timestamp=3"},
      {"user_id:token,item_id:token,rating:float,timestamp:float", "uirt",
       "user=1,item=2,rating=3,timestamp=4"},
      {"User-ID,ISBN,Book-Rating", "uir", "user=1,item=2,rating=3"},
      {"rating,timestamp,user_id,book_id", "rtui", "user=3,item=4,rating=1,timestamp=2"},
      {"Id,ProductId,UserId,ProfileName,Score,Time", "Niuxrt",
       "user=3,item=2,rating=5,timestamp=6"},
      {"product/productId,review/userId,review/score,review/time", "iurt",
       "user=2,item=1,rating=3,timestamp=4"},
      {"reviewerID,asin,overall,unixReviewTime", "uirt", "user=1,item=2,rating=3,timestamp=4"},
      {"rating,parent_asin,user_id,timestamp", "riut", "user=3,item=2,rating=1,timestamp=4"},
      {"user_id,anime_id,rating", "uir", "user=1,item=2,rating=3"},
      {"username,game,hours_ago,stars", "uixr", "user=1,item=2,rating=4"},
      {"review_overall,review_profilename,beer_beerid", "rui", "user=2,item=3,rating=1"},
      {"business_id,stars,user_id,date", "irud", "user=3,item=1,rating=2,timestamp=4"},
      {"visitor id,article id,grade", "uir", "user=1,item=2,rating=3"},
      {"CustomerID,MovieID,Rating,Date", "uird", "user=1,item=2,rating=3,timestamp=4"},
      {"created_at,member,track_id,vote", "tuir", "user=2,item=3,rating=4,timestamp=1"},
      {",userId,movieId,rating", "nuir", "user=2,item=3,rating=4"},
      {"Unnamed: 0,user,item,rating", "nuir", "user=2,item=3,rating=4"},
      {"user,item,avg_rating,rating", "uihr", "user=1,item=2,rating=4"},
      {"user_id,item_id,user_item_rating", "uir", "user=1,item=2,rating=3"},
      // Names of R's rows are in front, and have no name.
      {"userId,movieId,rating", "Nuir", "user=2,item=3,rating=4"},
      // Lines that end in a delimiter.
      {"userId,movieId,rating", "uire", "user=1,item=2,rating=3"},
  };
  for (const auto& [header, columns, expected] : files) {
    BOOST_TEST(choice(header + "\n" + lines_of(columns)) == expected, header);
    std::string quoted_header = "\"";
    for (const char c : header)
      quoted_header += c == ',' ? std::string("\"\t\"") : std::string(1, c);
    BOOST_TEST(choice(quoted_header + "\"\n" + lines_of(columns, "\t")) == expected, header);
  }
}

BOOST_AUTO_TEST_CASE(one_column_left_is_the_one_that_the_header_does_not_name) {
  const struct {
    std::string header, columns, choice;
  } files[] = {
      {"UserId,ItemId,Prediction,Timestamp", "uirt", "user=1,item=2,rating=3,timestamp=4"},
      {"gast,item,rating", "uir", "user=1,item=2,rating=3"},
      {"user,what,rating,time", "uirt", "user=1,item=2,rating=3,timestamp=4"},
      {"how,user,item", "rui", "user=2,item=3,rating=1"},
      {"n,user,item,how", "Nuir", "user=2,item=3,rating=4"},
  };
  for (const auto& [header, columns, expected] : files) {
    const std::string text = header + "\n" + lines_of(columns);
    BOOST_TEST(choice(text) == expected, header);
    BOOST_TEST(parse_ratings(text, "f").report.notes.size() == 1u, header);
  }
  // Where two could be it, nobody knows.
  BOOST_TEST(choice("user,item,how,much\n" + lines_of("uirr"))
                 .starts_with("f: there is no rating column among"));
}

BOOST_AUTO_TEST_CASE(columns_without_names_are_looked_at) {
  const struct {
    std::string columns, choice;
  } files[] = {
      {"uir", "user=1,item=2,rating=3"},
      {"uirt", "user=1,item=2,rating=3,timestamp=4"},
      {"uird", "user=1,item=2,rating=3,timestamp=4"},
      {"uirm", "user=1,item=2,rating=3,timestamp=4"},
      {"uire", "user=1,item=2,rating=3"},
      {"uih", "user=1,item=2,rating=3"},
      {"uitr", "user=1,item=2,rating=4,timestamp=3"},
      {"uidr", "user=1,item=2,rating=4,timestamp=3"},
      {"uimh", "user=1,item=2,rating=4,timestamp=3"},
      {"tuir", "user=2,item=3,rating=4,timestamp=1"},
      {"nuir", "user=2,item=3,rating=4"},
      {"Nuih", "user=2,item=3,rating=4"},
  };
  for (const auto& [columns, expected] : files) {
    for (const std::string delimiter : {",", "\t", "::", ";", "|", " "}) {
      if (columns.find('e') != columns.npos && delimiter == " ") continue;
      BOOST_TEST(choice(lines_of(columns, delimiter)) == expected, columns << delimiter);
    }
  }
  for (const std::string columns : {"uitr", "uidr", "tuir", "nuir"}) {
    BOOST_TEST(parse_ratings(lines_of(columns), "f").report.notes.size() == 1u, columns);
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_ratings_is_refused_with_the_columns_to_name) {
  const struct {
    std::string text;
    std::vector<std::string> words;
  } files[] = {
      {lines_of("uit"), {"column 3 holds times (9", "no rating to learn from"}},
      {lines_of("uid"), {"column 3 holds times (2011-", "no rating to learn from"}},
      {lines_of("uim"), {"column 3 holds times"}},
      {lines_of("Nir"), {"column 1 counts the lines (1, 2, ...)", "--columns user=1,item=2"}},
      {lines_of("uin"), {"column 3 counts the lines"}},
      {lines_of("Nuirt"), {"5 columns", "--columns user=2,item=3,rating=4,timestamp=5"}},
      {lines_of("uitrx"), {"5 columns", "--columns"}},
      {lines_of("uirx"), {"the fourth column holds no timestamps (\"good film no 0\")"}},
      {"user,item,time\n" + lines_of("uit"), {"no rating column", "no rating to learn from"}},
      {"user_id,item_id,timestamp\n" + lines_of("uit"), {"no rating to learn from"}},
      {"a,b,timestamp\n" + lines_of("uit"), {"column 3 (\"timestamp\") is the timestamp"}},
      {"who,what,value\n" + lines_of("uit"), {"column 3 (\"value\") holds times"}},
      {lines_of("ui"), {"cannot find three columns", "no rating to learn from"}},
      {"UserId:ItemId,Prediction\n17:3,4\n17:4,5\n", {"user and item in one", "sed 's/:/,/' f |"}},
      {"Prediction,user_item\n4,u17_i3\n5,u17_i4\n",
       {"user and item in one", "sed -E 's/^([^,]*,"}},
  };
  for (const auto& [text, words] : files) {
    const std::string message = choice(text);
    for (const std::string& word : words) {
      BOOST_TEST((message.find(word) != message.npos), text.substr(0, 30) << ": " << message);
    }
  }
}

BOOST_AUTO_TEST_CASE(of_several_columns_for_a_role_the_right_one_is_taken) {
  const struct {
    std::string header, columns, choice;
  } files[] = {
      {"user,item,predicted_rating,actual_rating", "uihr", "user=1,item=2,rating=4"},
      {"user_id,business_id,business_stars,review_stars", "uihr", "user=1,item=2,rating=4"},
      {"userId,movieId,imdb_rating,user_score", "uihr", "user=1,item=2,rating=4"},
      {"rating_id,user_id,item_id,rating_value", "nuir", "user=2,item=3,rating=4"},
      {"brewery_id,review_overall,review_profilename,beer_name,beer_beerid", "nruxi",
       "user=3,item=5,rating=2"},
      {"user,item_name,item_id,stars", "uxir", "user=1,item=3,rating=4"},
      {"userID,movieID,rating,date_day,date_month", "uirrr", "user=1,item=2,rating=3"},
      {"Artikel,Kunde,Sterne", "iur", "user=2,item=1,rating=3"},
      {"pelicula,usuario,puntuacion", "iur", "user=2,item=1,rating=3"},
      {"Datum,Kunde,Artikel,Note", "duir", "user=2,item=3,rating=4,timestamp=1"},
  };
  for (const auto& [header, columns, expected] : files) {
    BOOST_TEST(choice(header + "\n" + lines_of(columns)) == expected, header);
  }
  BOOST_TEST(choice("user,item,old_rating,new_rating\n" + lines_of("uirr"))
                 .starts_with("f: more than one column may be the rating"));
  for (const std::string feature : {"year", "price", "category", "dislike"}) {
    BOOST_TEST(choice("user,item," + feature + "\n" + lines_of("uir"))
                   .starts_with("f: there is no rating column among"));
  }
}

BOOST_AUTO_TEST_CASE(frames_and_titles_around_a_table_are_passed_over) {
  const std::string rows = "1,10,3\n1,11,4\n2,10,5\n", expected = "1 10 3/1 11 4/2 10 5/";
  const std::vector<std::string> files{
      "user,item,rating\n----,----,------\n" + rows,
      "Ratings of spring,,\nuser,item,rating\n" + rows,
      "Ratings of spring\n\nuser,item,rating\n" + rows,
      "user,item,rating,,\n1,10,3,,\n,,,,\n1,11,4,,\n2,10,5,,\n,,,,\n",
      "user,item,rating\n" + rows + "(3 rows)\n",
      ("+----+----+------+\n| user | item | rating |\n+----+----+------+\n| 1 | 10 | "
       "3 |\n| 1 | 11 | 4 |\n| 2 | 10 | 5 |\n+----+----+------+\n"),
      (" user | item | rating \n------+------+--------\n 1 | 10 | 3\n 1 | 11 | 4\n 2 | "
       "10 | 5\n(3 rows)\n\n"),
      ("| user | item | rating |\n|:---|---:|---|\n| 1 | 10 | 3 |\n| 1 | 11 | 4 |\n| 2 "
       "| 10 | 5 |\n"),
      ("user  item  rating\n----  ----  ------\n1     10    3\n1     11    4\n2     10 "
       "   5\n"),
  };
  for (const std::string& text : files) {
    BOOST_TEST(parsed(text) == expected, text << parsed(text));
  }
}

BOOST_AUTO_TEST_CASE(ratings_that_are_no_numbers_say_what_they_are) {
  const auto with_ratings = [](const std::string& first, const std::string& second) {
    std::string text = "user,item,rating\n";
    for (int i = 0; i < 40; ++i) {
      text += std::to_string(i % 7) + "," + std::to_string(i) + "," +
              (i % 2 == 0 ? first : second) + "\n";
    }
    return text;
  };
  const struct {
    std::string first, second, words;
  } files[] = {
      {"good", "bad", "holds no numbers (\"good\", \"bad\"); put numbers in their place"},
      {"\xE2\x98\x85\xE2\x98\x85", "\xE2\x98\x85", "holds no numbers"},
      {"A-", "B", "holds no numbers"},
      {"\"1,597\"", "\"2,104\"", "leave out what separates thousands"},
      {"3/5", "4/5", "sed -E 's#([0-9])/5#\\1#' f | ... -"},
      {"80%", "60%", "sed -E 's#([0-9])%#\\1#' f | ... -"},
      {"4 stars", "1 star", "sed -E 's#([0-9]) stars*#\\1#' f | ... -"},
      {"3", "\\N", "--missing='\\N' leaves such lines out"},
      {"3", "NA", "--missing=NA leaves such lines out"},
      {"3", "", "--missing='' leaves such lines out"},
  };
  for (const auto& [first, second, words] : files) {
    const std::string message = parsed(with_ratings(first, second));
    BOOST_TEST((message.find(words) != message.npos), first << ": " << message);
  }
}

BOOST_AUTO_TEST_CASE(a_decimal_comma_that_makes_two_fields_is_no_column) {
  const std::string rows = "1,10,3,5\n1,11,2,5\n2,10,4,0\n2,12,0,5\n3,11,1,5\n3,12,2,0\n";
  const std::string with_header = choice("user,item,rating\n" + rows);
  BOOST_TEST((with_header.find("sed -E 's/^(([^,]*,){2}[0-9]+),([0-9]+)/\\1.\\3/' f | ... -") !=
              with_header.npos),
             with_header);
  BOOST_TEST((choice(rows).find("decimal comma (3,5)") != std::string::npos), choice(rows));
}

BOOST_AUTO_TEST_CASE(text_of_other_kinds_is_named) {
  const struct {
    std::string text, words;
  } files[] = {
      {"<!DOCTYPE html>\n<table>\n", "HTML or XML"},
      {"@RELATION r\n@ATTRIBUTE user NUMERIC\n@DATA\n1,2,3\n", "ARFF"},
      {"-- MySQL dump 10\nINSERT INTO `r` VALUES (1,2,3);\n", "SQL statements"},
      {"{'user': 1, 'item': 2, 'rating': 3}\n", "dicts of Python"},
      {"(1,2,3.0)\n(1,3,4.0)\n", "tuples"},
      {"(u'a', 2, 3, 4),\n", "tuples"},
      {"3 |u 304 |i 2073\n", "Vowpal Wabbit"},
      {"-1.5  |304 |2073  \n", "Vowpal Wabbit"},
      {"3 |u304 | 2073\n", "Vowpal Wabbit"},
      {"3 |ann |bob\n", "Vowpal Wabbit"},
      {"1 0:3:1 1:7:1\n", "libFFM"},
      {"0.5  0:3:0.5 1:7:1 \n", "libFFM"},
      {"product/productId: B1\nreview/userId: A1\n", "blocks of key and value"},
  };
  for (const auto& [text, words] : files) {
    const std::string message = choice(text);
    BOOST_TEST(message.starts_with("f: looks like "), message);
    BOOST_TEST((message.find(words) != message.npos), message);
  }
  for (const char* text : {"(1,2)\n", "(1,2,3\n", "1,2,3)\n", "3 |u 304\n", "3 |u 304 |i 1 2\n",
                           "x |u 304 |i 1\n", "3 |u 304 |\n", "3 | |\n", "1 0:3 1:7\n",
                           "1 0:3:1 1:7:x\n", "1 0::1 1:7:1\n", "1 0:3:1 1:7:1 2:1:1\n"}) {
    const std::string message = choice(text);
    BOOST_TEST(!message.starts_with("f: looks like "), text << message);
  }
}

// Once this took a second each.
BOOST_AUTO_TEST_CASE(a_first_line_of_commas_takes_no_longer_than_others) {
  for (int i = 0; i < 500; ++i) {
    BOOST_TEST(!choice('(' + std::string(498, ',') + '\n').starts_with("f: looks like "));
  }
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_is_taken_whatever_it_holds) {
  BOOST_TEST(choice(lines_of("uitr"), with_columns("1", "2", "3")) ==
             "user=1,item=2,rating=3,timestamp=4");
  BOOST_TEST(choice(lines_of("Nir"), with_columns("1", "2", "3")) == "user=1,item=2,rating=3");
}

BOOST_AUTO_TEST_CASE(a_file_that_only_begins_like_that_is_no_different) {
  // Users in order with one rating each at first, item after item.
  std::string text;
  for (int item = 1; item <= 5; ++item) {
    for (int user = 1; user <= 150; ++user) {
      text += std::to_string(user) + "," + std::to_string(item) + "," +
              std::to_string(1 + (user * item) % 5) + "\n";
    }
  }
  BOOST_TEST(choice(text) == "user=1,item=2,rating=3");
  // A few lines show nothing.
  BOOST_TEST(choice("1,10,4\n2,11,5\n3,12,3\n") == "user=1,item=2,rating=3");
}

BOOST_AUTO_TEST_CASE(tables_of_users_by_items_are_named) {
  std::string pivot = "user", jester, ids;
  for (int item = 1; item <= 12; ++item) pivot += ",Film " + std::to_string(item);
  pivot += '\n';
  for (int user = 1; user <= 30; ++user) {
    int count = 0;
    std::string cells, numbers;
    for (int item = 1; item <= 12; ++item) {
      const bool has = (user * item) % 3 != 0;
      count += has ? 1 : 0;
      cells += has ? "," + std::to_string(1 + user % 5) : ",";
      numbers += has ? "," + std::to_string(user % 20 - 9) + ".25" : ",99";
    }
    pivot += std::to_string(user) + cells + '\n';
    jester += std::to_string(count) + numbers + '\n';
    ids += std::to_string(1000 + 7 * user) + numbers + '\n';
  }
  for (const auto& [text, program] : {std::pair{pivot, "print $1 FS h[i] FS $i"},
                                      {jester, "if($i!=99)print NR FS i-1 FS $i"},
                                      {ids, "print $1 FS i-1 FS $i"}}) {
    const std::string message = choice(text);
    BOOST_TEST((message.find("looks like a table of users by items") != message.npos), message);
    BOOST_TEST((message.find(program) != message.npos), message);
  }
}

BOOST_AUTO_TEST_SUITE_END()
