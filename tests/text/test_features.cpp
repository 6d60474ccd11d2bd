// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "compressed_text.hpp"
#include "mfpar/error.hpp"
#include "mfpar/read_features.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_features)

namespace {

FeatureTable read(const std::string& text, Entity entity = Entity::kItem,
                  const FeatureOptions& options = {}) {
  const TemporaryFolder folder;
  return read_features(folder.write("f.csv", text), entity, options);
}

/// The message that `text` is refused with, without its folder.
std::string refusal(const std::string& text, Entity entity = Entity::kItem) {
  try {
    read(text, entity);
  } catch (const Error& error) {
    BOOST_TEST((error.code() == ErrorCode::kBadData));
    const std::string message = error.what();
    return message.substr(message.find("f.csv"));
  }
  return "read";
}

/// "genres=Comedy year=1995-1999" of a row.
std::string names_of(const Features& features, std::uint32_t row) {
  std::string names;
  for (std::size_t at = features.offsets[row]; at < features.offsets[row + 1]; ++at) {
    names += (names.empty() ? "" : " ") + features.names[features.indices[at]];
  }
  return names;
}
std::string names_of(const FeatureTable& table, const std::string& id) {
  const std::uint32_t row = table.ids.find(id);
  return row == kNoIndex ? "no such row" : names_of(table.features, row);
}

/// What holds of every matrix: shape, order, and rows of length 1 where all are categories.
void check_shape(const FeatureTable& table) {
  const Features& features = table.features;
  BOOST_TEST_REQUIRE(features.row_count() == table.ids.size());
  BOOST_TEST_REQUIRE(features.offsets.back() == features.indices.size());
  BOOST_TEST_REQUIRE(features.values.size() == features.indices.size());
  std::size_t count = 0;
  for (const FeatureColumn& column : table.columns) count += column.features;
  BOOST_TEST(count == features.names.size());
  for (std::size_t row = 0; row < features.row_count(); ++row) {
    for (std::size_t at = features.offsets[row]; at < features.offsets[row + 1]; ++at) {
      BOOST_TEST(features.indices[at] < features.names.size());
      BOOST_TEST((at == features.offsets[row] || features.indices[at - 1] < features.indices[at]));
      BOOST_TEST(std::isfinite(features.values[at]));
    }
  }
}

const std::string kFilms =
    "movieId,title,genres\n"
    "1,Toy Story (1995),Children|Comedy\n"
    "2,\"American President, The (1995)\",Comedy|Drama\n"
    "3,Jumanji (1996),Children|Comedy\n"
    "4,\"Solo (2018)\",Drama\n"
    "5,Nothing,(no genres listed)\n"
    "6,\"A \"\"quote\"\" (1999)\",Children|Drama\n";

}  // namespace

BOOST_AUTO_TEST_CASE(a_row_has_its_genres_and_years_by_the_root_of_their_number) {
  const FeatureTable table = read(kFilms);
  check_shape(table);
  BOOST_TEST(table.id_column == "movieId");
  BOOST_TEST(names_of(table, "1") == "year=1995-1999 genres=Children genres=Comedy");
  BOOST_TEST(names_of(table, "2") == "year=1995-1999 genres=Comedy genres=Drama");
  BOOST_TEST(names_of(table, "4") == "genres=Drama");  // one film is of 2018
  BOOST_TEST(names_of(table, "5").empty());
  for (const char* id : {"1", "2", "3", "4", "6"}) {
    const std::uint32_t row = table.ids.find(id);
    const auto begin = table.features.offsets[row], end = table.features.offsets[row + 1];
    for (auto at = begin; at < end; ++at) {
      BOOST_TEST(table.features.values[at] == 1.0f / std::sqrt(static_cast<float>(end - begin)));
    }
  }
  BOOST_TEST_REQUIRE(table.columns.size() == 2u);
  BOOST_TEST(table.columns[0].reading == "years in titles");
  BOOST_TEST(table.columns[1].reading == "lists joined by |");
  BOOST_TEST(table.notes.empty());
}

BOOST_AUTO_TEST_CASE(the_same_films_in_any_form_are_the_same_features) {
  const FeatureTable expected = read(kFilms);
  const auto replaced = [](std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
    return text;
  };
  std::string utf16 = "\xFF\xFE";
  for (const char c : kFilms) utf16 += {c, '\0'};
  // Commas between fields, but for the one in a title.
  const std::string tabs =
      replaced(replaced(replaced(kFilms, ",", "\t"), "\t The", ", The"), "|", ";");
  std::string brackets = kFilms;
  for (const char* pair : {"Children|Comedy", "Comedy|Drama", "Children|Drama"}) {
    const std::string text = pair;
    const std::size_t middle = text.find('|');
    brackets =
        replaced(brackets, text,
                 "\"['" + text.substr(0, middle) + "', \"\"" + text.substr(middle + 1) + "\"\"]\"");
  }
  const std::string texts[] = {
      "\xEF\xBB\xBF" + kFilms,
      replaced(kFilms, "\n", "\r\n"),
      replaced(kFilms, "\n", "\n\n"),
      utf16,
      tests::gzip(kFilms),
      tests::zstd(kFilms),
      tabs,
      replaced(kFilms, "\n", ",\n"),  // an empty column behind
      replaced(kFilms, "movieId", "ITEM"),
      brackets,
      replaced(replaced(kFilms, "|", "; "), "(no genres listed)", "\\N"),
  };
  for (const std::string& text : texts) {
    const FeatureTable table = read(text);
    check_shape(table);
    for (std::uint32_t row = 0; row < 6; ++row) {
      BOOST_TEST(names_of(table.features, row) == names_of(expected.features, row), text);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_number_weighs_as_much_as_a_category) {
  std::string text = "user\tage\tgender\tjob\n";
  for (int i = 0; i < 60; ++i) {
    text += std::to_string(i) + '\t' + std::to_string(20 + i * 7 % 50) + '\t' +
            (i % 2 == 0 ? "M" : "F") + '\t' + (i % 3 == 0 ? "writer" : "none") + '\n';
  }
  const Features all = read(text, Entity::kUser).features;
  BOOST_TEST(names_of(all, 0) == "age gender=M job=writer");
  for (std::uint32_t row = 0; row < 60; ++row) {
    BOOST_TEST_REQUIRE(all.offsets[row + 1] - all.offsets[row] == 3u);
    BOOST_TEST(all.values[all.offsets[row] + 1] == 1.0f / std::sqrt(3.0f));
  }
  double squares = 0.0;  // of a column of 60, each divided by 3
  for (std::uint32_t row = 0; row < 60; ++row) {
    squares += all.values[all.offsets[row]] * all.values[all.offsets[row]];
  }
  BOOST_TEST(std::abs(squares - 20.0) < 1e-3);
}

BOOST_AUTO_TEST_CASE(headers_and_ids_are_found) {
  const struct {
    std::string text;
    Entity entity;
    std::string id_column, id, names;
  } rows[] = {
      // MovieLens 100K's u.user and u.item (Latin-1), and 1M's movies.dat.
      {"1|24|M|technician|85711\n2|53|F|other|94043\n3|23|M|writer|32067\n4|24|M|other|43537\n"
       "5|33|F|other|15213\n6|42|M|writer|98101\n",
       Entity::kUser, "column1", "4", "column3=M column4=other"},
      {"1|Toy Story (1995)|01-Jan-1995||http://a/1|0|1|1\n"
       "2|GoldenEye (1995)|01-Jan-1995||http://a/2|0|1|0\n"
       "3|Misérables, Les (1995)|01-Jan-1995||http://a/3|0|1|1\n"
       "4|Les Mis\xe9rables (1995)|01-Jan-1995||http://a/3|0|0|1\n",
       Entity::kItem, "column1", "3", "column3=1995-1999 column7=yes column8=yes"},
      {"0002844::The Year Movie (1995)::Crime|Drama\n0002845::B (1996)::Crime\n"
       "0002846::C (1997)::Crime|Drama\n0002847::D (1996)::Drama\n",
       Entity::kItem, "column1", "0002846", "year=1995-1999 column3=Crime column3=Drama"},
      {"alice,x\nbob,x\ncarol,x\ndave,y\n", Entity::kUser, "column1", "alice", "column2=x"},
      // Ids that are no numbers, of which the first is no name.
      {"tt1,x\ntt2,x\ntt3,x\ntt4,y\n", Entity::kItem, "column1", "tt1", "column2=x"},
      // Headers in any order, and an index in front.
      {",title,movieId,genre\n0,A,7,x\n1,B,8,x\n2,C,9,x\n3,D,10,y\n", Entity::kItem, "movieId", "9",
       "genre=x"},
      {"genre;item_id\nx;7\nx;8\nx;9\ny;10\n", Entity::kItem, "item_id", "9", "genre=x"},
      {"reader,id,shelf\na,7,x\nb,8,x\nc,9,x\nd,10,y\n", Entity::kUser, "id", "9", "shelf=x"},
      {"key,shelf\n7,x\n8,x\n9,x\n10,y\n", Entity::kItem, "key", "9", "shelf=x"},
      {"item_id:token\tclass:token_seq\n7\tx\n8\tx\n9\tx\n10\ty\n", Entity::kItem, "item_id:token",
       "9", "class:token_seq=x"},
      {"# films\nid,genre\n7,x\n8,x\n9,x\n10,y\n", Entity::kItem, "id", "9", "genre=x"},
      {"title,genre\nA,x\nB,x\nC,x\nD,y\n", Entity::kItem, "title", "C", "genre=x"},
  };
  for (const auto& row : rows) {
    const FeatureTable table = read(row.text, row.entity);
    check_shape(table);
    BOOST_TEST(table.id_column == row.id_column, row.text);
    BOOST_TEST(names_of(table, row.id) == row.names, row.text);
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_used_is_refused_with_the_place) {
  const struct {
    std::string text, message;
  } rows[] = {
      {"",
       "f.csv: is empty; expected a line for each of the items: an id, and what is known of it "
       "(genres, year, age, ...)"},
      {"1\n2\n",
       "f.csv:1: there is one column only; expected an id and what is known of it, "
       "separated by :: tab , ; or |"},
      {"id,genre\n1,x\n2,x,y\n",
       "f.csv:3: 3 fields; expected 2 as in the first line, separated by "
       "\",\" (quotes keep a delimiter in a field)"},
      {"id,genre\n1,x\n,x\n",
       "f.csv:3: there is no id in column 1 (\"id\"); write one or leave "
       "the line out"},
      {"id,genre\n", "f.csv has a header and no other line; expected one for each of the items"},
      {"id,genre,url\n1,a,x\n2,a,y\n3,a,z\n",
       "f.csv: no column tells of its items what they share with others: genre (it is the same in "
       "all rows), url (nearly every row has another value); expected genres, years, ages and the "
       "like, beside ids in the first column or one called id"},
      {"id,genre\n1,\"x\n", "f.csv:2: the quote opened here is never closed"},
  };
  for (const auto& row : rows)
    BOOST_TEST(refusal(row.text).starts_with(row.message), refusal(row.text));
}

BOOST_AUTO_TEST_CASE(the_last_line_of_an_id_counts_and_is_noted) {
  const FeatureTable table = read("id,g\n1,x\n2,x\n1,y\n3,x\n4,y\n5,y\n2,y\n6,x\n7,x\n");
  BOOST_TEST(table.ids.size() == 7u);
  BOOST_TEST(names_of(table, "1") == "g=y");
  BOOST_TEST_REQUIRE(table.notes.size() == 1u);
  BOOST_TEST(table.notes[0].ends_with(
      "f.csv: 2 lines are of an id that stands in another line too; the last counts"));
}

BOOST_AUTO_TEST_CASE(least_rows_says_how_many_make_a_category) {
  const std::string text = "id,g\n1,a\n2,b\n3,b\n4,c\n5,c\n6,c\n7,d\n8,d\n9,d\n10,d\n";
  for (const auto& [least, features] :
       std::map<std::uint32_t, std::size_t>{{0, 4}, {1, 4}, {2, 3}, {3, 2}, {4, 1}}) {
    BOOST_TEST(read(text, Entity::kItem, {.least_rows = least}).features.names.size() == features);
  }
}

BOOST_AUTO_TEST_CASE(rows_are_aligned_with_ids) {
  const FeatureTable table = read(kFilms);
  const IdDictionary ids(std::vector<std::string>{"9", "4", "1", "x", "5", "2"});
  BOOST_TEST(count_known(table, ids) == 4u);
  const Features aligned = align(table, ids);
  BOOST_TEST_REQUIRE(aligned.row_count() == 6u);
  BOOST_TEST(aligned.names == table.features.names);
  for (std::uint32_t row = 0; row < 6; ++row) {
    const std::uint32_t of_table = table.ids.find(ids.id(row));
    BOOST_TEST(names_of(aligned, row) ==
               (of_table == kNoIndex ? "" : names_of(table.features, of_table)));
  }
  BOOST_TEST(aligned.values[0] == 1.0f);  // of "4", whose only feature is its genre
  try {
    align(table, IdDictionary(std::vector<std::string>{"tt01", "tt02"}));
    BOOST_ERROR("no error");
  } catch (const Error& error) {
    BOOST_TEST((error.code() == ErrorCode::kBadData));
    BOOST_TEST(std::string(error.what())
                   .ends_with("f.csv: none of the items that have ratings is there: ids in its "
                              "column \"movieId\" are "
                              "such as \"1\", those of the ratings such as \"tt01\"; ids must be "
                              "equal letter by letter, "
                              "in the first column or one called id"));
  }
  BOOST_TEST(align(table, IdDictionary()).row_count() == 0u);
}

BOOST_AUTO_TEST_CASE(real_films_have_genres_and_years) {
  const std::filesystem::path folder = MFPAR_TEST_DATA;
  if (!std::filesystem::exists(folder / "ml-latest-small/movies.csv")) {
    BOOST_TEST_MESSAGE("skipped: no ml-latest-small in " << folder);
    return;
  }
  const FeatureTable films =
      read_features((folder / "ml-latest-small/movies.csv").string(), Entity::kItem);
  check_shape(films);
  BOOST_TEST(films.ids.size() == 9742u);
  BOOST_TEST(names_of(films, "1") ==
             "year=1995-1999 genres=Adventure genres=Animation genres=Children genres=Comedy "
             "genres=Fantasy");
  // "Death Note: Desu nôto (2006–2007)", and one without genres.
  BOOST_TEST(names_of(films, "171749") == "year=2005-2009");
  BOOST_TEST(films.columns[1].features == 19u);
  const FeatureTable tweeted =
      read_features((folder / "movietweetings-100k/movies.dat").string(), Entity::kItem);
  check_shape(tweeted);
  BOOST_TEST(tweeted.id_column == "column1");
  BOOST_TEST(names_of(tweeted, "0004936") == "year=1915-1919 column3=Comedy column3=Short");
}

BOOST_AUTO_TEST_SUITE_END()
