// SPDX-License-Identifier: MIT
//
// mf-recommend: titles, filters, formats, outputs, and what it refuses.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "film_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_recommend_files)

namespace {

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

void check_refused(const Films& films, int code, const std::string& arguments,
                   const std::string& words) {
  const auto before = films.files();
  const Outcome outcome = films.run("mf-recommend a.model " + arguments);
  BOOST_TEST(outcome.code == code, arguments + ": " + outcome.err);
  BOOST_TEST(has(outcome.err, words), arguments + ": " + outcome.err);
  BOOST_TEST((films.files() == before), arguments);
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_table_has_titles_and_further_columns, Films) {
  const auto table = rows("--user 3 --titles films.csv --top 2");
  BOOST_TEST(table.size() == 4);
  BOOST_TEST(has(table[0], "user 3: "));
  BOOST_TEST(has(table[1], "rank  score  rating  id  title"));
  const std::string id = ids("--user 3 --top 1").front();
  BOOST_TEST(has(table[2], "  " + id + "  "));
  BOOST_TEST(has(table[2], "Film, \"the\" " + id));
  // Columns begin where their headings do.
  BOOST_TEST(table[2].find("Film") == table[1].find("title"));
  BOOST_TEST(table[3].find("Film") == table[1].find("title"));
}

BOOST_FIXTURE_TEST_CASE(csv_and_json_keep_every_column, Films) {
  const auto csv = rows("--user 3 --titles films.csv --top 1 --format csv");
  BOOST_TEST(csv.size() == 2);
  BOOST_TEST(csv[0] == "user,rank,id,score,rating,title,genres,year");
  const std::string id = ids("--user 3 --top 1").front();
  BOOST_TEST(csv[1].starts_with("3,1," + id + ','));
  BOOST_TEST(has(csv[1], ",\"Film, \"\"the\"\" " + id + "\","));
  BOOST_TEST(csv[1].ends_with(',' + std::to_string(1980 + std::stoi(id))));

  const auto json = rows("--user 3 --titles films.csv --top 1 --format json");
  BOOST_TEST(json.size() == 1);
  BOOST_TEST(json[0].starts_with("{\"user\":\"3\",\"ratings\":"));
  BOOST_TEST(has(json[0], "\"item\":\"" + id + "\",\"title\":\"Film, \\\"the\\\" " + id + "\","));
  BOOST_TEST(has(json[0], "\"columns\":{\"genres\":\""));
  BOOST_TEST(json[0].ends_with("\"warnings\":[]}"));
}

BOOST_FIXTURE_TEST_CASE(a_model_brings_its_titles, Films) {
  const char* const lists[] = {"--user 3 --top 5", "--user 3 --where genres=Drama --format json",
                               "--user 3 --at-most 2:genres --format csv", "12=5 7=2 --explain",
                               "--similar-to 11"};
  std::vector<std::string> by_file;
  for (const std::string list : lists) by_file.push_back(recommend(list + " --titles films.csv"));
  const std::string train = "mf-train ratings.csv -k 4 -t 8 --deterministic -o a.model";
  BOOST_TEST_REQUIRE(run(train + " --titles films.csv").code == 0);
  for (std::size_t i = 0; i < std::size(lists); ++i) BOOST_TEST(recommend(lists[i]) == by_file[i]);

  // A file goes first; columns may be named; nothing else of the model changes.
  write("names.tsv", "11\tEleven\n");
  BOOST_TEST(has(recommend("--similar-to 11 --titles names.tsv"), "similar to 11 Eleven ("));
  BOOST_TEST_REQUIRE(run(train + " --titles names.tsv --titles-columns id,called").code == 0);
  BOOST_TEST(has(recommend("--similar-to 11"), "similar to 11 Eleven ("));
  BOOST_TEST(has(rows("--user 3")[1], "called"));
  check_refused(*this, 2, "--user 3 --where genres=Drama",
                "there is no column 'genres'; the columns are called");

  // Who is folded in, and stays, changes no titles.
  write("guest.csv", "user,item,rating\nguest,11,5\nguest,12,1\n");
  BOOST_TEST_REQUIRE(run("mf-fold-in a.model guest.csv -o a.model").code == 0);
  BOOST_TEST(has(recommend("--similar-to 11"), "similar to 11 Eleven ("));

  const struct {
    std::string arguments, words;
  } refused[] = {{"--titles films.csv --folds 2", "leave --titles out"},
                 {"--titles-columns id,title", "--titles-columns is for a --titles FILE"},
                 {"--titles films.csv --titles-columns id,title", "but films.csv has 4"},
                 {"--titles none.csv", "none.csv"},
                 {"--titles - --item-features -", "are both standard input"},
                 {"--titles films.csv -o films.csv", "films.csv"}};
  for (const auto& r : refused) {
    const auto before = files();
    const Outcome outcome = run("mf-train ratings.csv " + r.arguments);
    BOOST_TEST(outcome.code != 0, r.arguments);
    BOOST_TEST(has(outcome.err, r.words), r.arguments + ": " + outcome.err);
    BOOST_TEST((files() == before), r.arguments);
  }
}

BOOST_FIXTURE_TEST_CASE(titles_come_in_several_forms, Films) {
  const std::string id = ids("--user 3 --top 1").front();
  write("movies.dat", id + "::F\xC3\xA9lix (1999)::Drama|War\n99::Nobody's::None\n");
  const auto plain = rows("--user 3 --titles movies.dat --top 1");
  BOOST_TEST(has(plain[1], "title"));
  BOOST_TEST(has(plain[1], "column3"));
  BOOST_TEST(has(plain[2], "F\xC3\xA9lix (1999)  Drama|War"));
  const auto named = rows("--user 3 --titles movies.dat --top 1 --titles-columns id,title,genres");
  BOOST_TEST(has(named[1], "title         genres"));
  write("names.tsv", "name\tid\nFelix\t" + id + "\n");
  const auto other = rows("--user 3 --titles names.tsv --top 1");
  BOOST_TEST(other[2].find("Felix") == other[1].find("name"));
}

BOOST_FIXTURE_TEST_CASE(titles_know_a_header_from_an_item_of_others, Films) {
  // The first line is of an item that the model does not have, or names the columns.
  const std::string id = ids("--user 3 --top 1").front();
  const struct {
    std::string first;
    bool is_header;
    std::string column;  // the title's
  } cases[] = {{"0000008::Edison Kinetoscopic Record (1894)::Documentary", false, "title"},
               {"99::Nobody's::None", false, "title"},
               {"tt0000008::Edison::None", false, "title"},
               {"B00005::Some book::None", false, "title"},
               {"id::title::genres", true, "title"},
               {"movieId::Titel::Genre", true, "Titel"},
               {"asin::name::kind", true, "name"},
               {"key::name::kind", true, "name"},
               {"Nummer::Titel::Genre", true, "Titel"},
               {"ISBN::Book-Title::Author", true, "Book-Title"},
               {"item_1d::title::genres", true, "title"}};
  for (const auto& c : cases) {
    write("movies.dat", c.first + "\n" + id + "::Felix (1999)::Drama|War\n");
    const auto table = rows("--user 3 --titles movies.dat --top 1");
    BOOST_TEST(table[2].find("Felix") == table[1].find(c.column), c.first + ": " + table[1]);
    BOOST_TEST(has(table[1], "column3") == !c.is_header, c.first + ": " + table[1]);
  }
}

BOOST_FIXTURE_TEST_CASE(ids_of_titles_may_stand_anywhere, Films) {
  const std::string id = ids("--user 3 --top 1").front();
  const std::string texts[] = {"Felix;" + id + "\nMax;999\n",
                               "Felix\t1999\t" + id + "\nMax\t2001\t777\n",
                               "number,title,item_id\n500,Felix," + id + "\n501,Max,999\n",
                               "title,thing\nFelix," + id + "\nMax,999\n"};
  for (const std::string& file : texts) {
    write("titles", file);
    const auto table = rows("--user 3 --titles titles --top 1");
    BOOST_TEST(table[2].find("Felix") == table[1].find("title"), file + table[1]);
  }
}

BOOST_FIXTURE_TEST_CASE(titles_of_another_encoding_are_told, Films) {
  const std::string id = ids("--user 3 --top 1").front();
  write("u.item", id + "|Caf\xE9 (2001)|x\n99|B\xFC"
                       "cher|y\n");
  const Outcome outcome = run("mf-recommend a.model --user 3 --titles u.item --top 1");
  BOOST_TEST(outcome.code == 0, outcome.err);
  BOOST_TEST(has(outcome.out, "Caf\xC3\xA9 (2001)"), outcome.out);
  BOOST_TEST(has(outcome.err, "warning: u.item"), outcome.err);
  BOOST_TEST(has(outcome.err, "UTF-8"), outcome.err);
}

BOOST_FIXTURE_TEST_CASE(conditions_hold_together, Films) {
  const auto years = [&](const std::string& where) {
    std::vector<int> all;
    for (const std::string& id :
         ids("--user 3 --keep-rated --top 40 --titles films.csv " + where)) {
      all.push_back(std::stoi(id) + 1980);
    }
    std::ranges::sort(all);
    return all;
  };
  using Years = std::vector<int>;
  BOOST_TEST(years("--where genres~children").size() == 10);
  BOOST_TEST(years("--where genres!~Children").size() == 30);
  BOOST_TEST(years("--where genres=DRAMA").size() == 30);
  check_refused(*this, 2, "--user 3 --titles films.csv --where genres=Dram", "no item is left");
  BOOST_TEST(years("--where Genres!=drama --where year>=1990 --where year<=1999") ==
             (Years{1992, 1996}));
  BOOST_TEST(years("--where title~film,") == years(""));
  BOOST_TEST(years("--where year=1984") == Years{1984});
}

BOOST_FIXTURE_TEST_CASE(lists_of_ids_allow_and_deny, Films) {
  write("some", "1\n2\n3\nstranger\n");
  write("not", "2\n");
  const std::string all = "--user 3 --keep-rated --top 40 ";
  auto list = ids(all + "--allow some --deny not");
  std::ranges::sort(list);
  BOOST_TEST(list == (std::vector<std::string>{"1", "3"}));
  BOOST_TEST(ids(all + "--deny not").size() == 39);
  BOOST_TEST(has(run("mf-recommend a.model " + all + "--allow some").err,
                 "--allow some: the model does not have 1 of the items (\"stranger\")"));
  BOOST_TEST(ids(all + "--allow some --titles films.csv --where year>=1983") ==
             std::vector<std::string>{"3"});
}

BOOST_FIXTURE_TEST_CASE(items_of_few_ratings_can_be_left_out, Films) {
  // Two more films, rated by three and by twelve users.
  std::string ratings = read("ratings.csv");
  for (int user = 0; user < 12; ++user) {
    if (user < 3) ratings += std::to_string(user) + ",rare,5,0\n";
    ratings += std::to_string(user) + ",known,5,0\n";
  }
  write("more.csv", ratings);
  BOOST_TEST(run("mf-train more.csv -k 4 -t 8 --valid-fraction 0 -o a.model").code == 0);
  const auto rare_and_known = [&](const std::string& arguments) {
    const auto list = ids("--user 100 --keep-rated --top 42 " + arguments);
    return std::pair(std::ranges::count(list, "rare"), std::ranges::count(list, "known"));
  };
  BOOST_TEST((rare_and_known("") == std::pair(1l, 1l)));
  BOOST_TEST((rare_and_known("--least-ratings 4") == std::pair(0l, 1l)));
  BOOST_TEST((rare_and_known("--least-ratings 13") == std::pair(0l, 0l)));
  // By interaction ten are needed unless an option says otherwise.
  BOOST_TEST((rare_and_known("--rank-by interaction") == std::pair(0l, 1l)));
  BOOST_TEST((rare_and_known("--rank-by blend:0.9") == std::pair(0l, 1l)));
  BOOST_TEST((rare_and_known("--rank-by blend:1") == std::pair(1l, 1l)));
  BOOST_TEST((rare_and_known("--rank-by interaction --least-ratings 0") == std::pair(1l, 1l)));
  BOOST_TEST(std::ranges::count(ids("--similar-to 1 --top 42"), "rare") == 0);
  BOOST_TEST(std::ranges::count(ids("--similar-to 1 --top 42 --least-ratings 3"), "rare") == 1);
}

BOOST_FIXTURE_TEST_CASE(output_appears_whole_or_not_at_all, Films) {
  BOOST_TEST(recommend("--user 3 --format csv -o out.csv") == "");
  BOOST_TEST(read("out.csv") == recommend("--user 3 --format csv"));
  check_refused(*this, 2, "--ratings ratings.csv -o ratings.csv",
                "would replace a file that is to be");
  check_refused(*this, 2, "--user 3 -o a.model", "would replace a file that is to be read");
  check_refused(*this, 2, "--user 3 --titles films.csv -o films.csv", "would replace a file");
  check_refused(*this, 4, "--user 3 -o nowhere/out.csv", "nowhere/out.csv");
  write("bad.csv", "1,5\n2,x\n");
  check_refused(*this, 3, "--ratings bad.csv -o out.csv", "bad.csv:2:3: rating \"x\"");
}

BOOST_FIXTURE_TEST_CASE(what_is_not_known_is_reported_with_a_remedy, Films) {
  check_refused(*this, 2, "--user 150",
                "the model was not trained on a user \"150\"; recommend for a");
  check_refused(*this, 2, "--user 007", "did you mean 7?");
  write("who", "nobody\n");
  check_refused(*this, 2, "--users who",
                "--users who: the model was not trained on a user \"nobody\"");
  check_refused(*this, 2, "--similar-to 99", "--similar-to: the model has no item \"99\"");
  // Arguments of a test have no blanks; a title has one word for all.
  check_refused(*this, 2, "--similar-to film, --titles films.csv", "did you mean ");
  write("ids", "x\ny\n");
  check_refused(*this, 4, "--user 3 --allow nothere", "nothere");
  check_refused(*this, 3, "--user 3 --titles ids", "there is one column only");
  write("odd.csv", "id,title\n1,a,b\n");
  check_refused(*this, 3, "--user 3 --titles odd.csv", "odd.csv:2: 3 fields; expected 2");
  write("strange.csv", "id,title\nx,a\n");
  check_refused(*this, 3, "--user 3 --titles strange.csv", "is the id of an item of the model");
  check_refused(*this, 2, "--user 3 --titles films.csv --titles-columns id,title",
                "names 2 columns, but films.csv has 4");
  const std::string films = "--user 3 --titles films.csv --where ";
  check_refused(*this, 2, films + "genre~x",
                "no column 'genre'; the columns are title, genres, year; "
                "did you mean genres?");
  check_refused(*this, 2, films + "genres", "it must be COLUMN~TEXT");
  check_refused(*this, 2, films + "year>=x", "a number is expected");
  check_refused(*this, 2, films + "genres~Western", "no item is left to list");
  write("empty.csv", "");
  check_refused(*this, 3, "--ratings empty.csv", "empty.csv: is empty");
  write("short.csv", "1,5\n2\n");
  check_refused(*this, 3, "--ratings short.csv", "short.csv:2:2: a field is missing");
  write("noid.csv", "item,rating\n,5\n");
  check_refused(*this, 3, "--ratings noid.csv", "noid.csv:2:1: the item id is empty");
}

BOOST_FIXTURE_TEST_CASE(a_job_goes_on_past_what_cannot_be_listed, Films) {
  std::string many;
  for (int i = 0; i < 300; ++i) many += "u" + std::to_string(i) + ",1,5\n";
  write("one-bad.csv", many + "u,1,x\n");
  write("who", "3\nnobody\n5\nno-one\nx\ny\n");
  write("none", "\n");
  write("new", "item-1\nitem-2\n");
  const std::string trained = "--user 3 --format csv ";
  const std::string plain = recommend(trained);
  const struct {
    int code;
    std::string arguments, err, out;  // "" for any list
  } cases[] = {
      {0, trained + "--deny none", "", plain},
      {0, trained + "--deny new", "--deny new: the model does not have 2 of the items", plain},
      {0, trained + "--deny new -q", "", plain},
      {3, trained + "--allow none",
       "error: left out: all items, as --allow none has none that the ",
       "user,rank,id,score,rating\n"},
      {3, trained + "--allow new", "error: left out: all items, as --allow new has none that the ",
       "user,rank,id,score,rating\n"},
      {3, "--users who --format csv",
       "error: left out: 4 users of --users who whom the model was not trained on (\"nobody\", "
       "\"no-one\", \"x\", ...)",
       recommend("--user 3 --user 5 --format csv")},
      {3, "--user nobody " + trained,
       "error: left out: 1 user of --user whom the model was not trained on (\"nobody\")", plain},
      {3, "--ratings one-bad.csv --top 1", "error: left out: 1 bad line; one-bad.csv:301:5: rating",
       ""},
      {0, "--ratings one-bad.csv --top 1 --on-bad-line skip", "warning: 1 bad line left out", ""},
  };
  for (const auto& c : cases) {
    const Outcome outcome = run("mf-recommend a.model " + c.arguments);
    BOOST_TEST(outcome.code == c.code, c.arguments + ": " + outcome.err);
    BOOST_TEST(has(outcome.err, c.err), c.arguments + ": " + outcome.err);
    if (c.err.empty()) BOOST_TEST(outcome.err == "", c.arguments + ": " + outcome.err);
    BOOST_TEST(!outcome.out.empty(), c.arguments);
    if (!c.out.empty()) BOOST_TEST(outcome.out == c.out, c.arguments);
    // A file is written all the same.
    const Outcome saved = run("mf-recommend a.model " + c.arguments + " -o out");
    BOOST_TEST(saved.code == c.code);
    BOOST_TEST(read("out") == outcome.out);
  }
  check_refused(*this, 3, "--ratings one-bad.csv --on-bad-line error", "one-bad.csv:301:5");
}

BOOST_FIXTURE_TEST_CASE(options_that_make_no_sense_together_are_refused, Films) {
  check_refused(*this, 2, "--user 3 1=5", "ITEM=RATING and --user cannot be combined");
  check_refused(*this, 2, "--user 3 --all-users", "--user and --all-users cannot be combined");
  check_refused(*this, 2, "--similar-to 3 --ratings x",
                "--ratings and --similar-to cannot be combined");
  check_refused(*this, 2, "1", "'1' is not a rating; it must be ITEM=RATING");
  check_refused(*this, 2, "1=five", "'1=five' is not a rating");
  check_refused(*this, 2, "=5", "'=5' is not a rating");
  check_refused(*this, 2, "1=5 --top 0", "it must be a whole number from 1");
  check_refused(*this, 2, "--user 3 --alpha 1", "--alpha is for new users");
  check_refused(*this, 2, "1=5 --alpha 0", "it must be training, loo or a number above 0");
  check_refused(*this, 2, "1=5 --bias-alpha 2", "--bias-alpha is for a number as --alpha");
  check_refused(*this, 2, "--user 3 --as x", "--as is for ITEM=RATING pairs");
  check_refused(*this, 2, "--user 3 --rank-by best", "rating, interaction, one-class, or blend:W");
  check_refused(*this, 2, "--user 3 --rank-by blend:x",
                "rating, interaction, one-class, or blend:W");
  check_refused(*this, 2, "--similar-to 3 --explain", "--explain is for the lists of users");
  check_refused(*this, 2, "--user 3 --where a~b",
                "--where is for columns of titles; give a --titles FILE, here or to mf-train");
  check_refused(*this, 2, "--user 3 --titles-columns a", "--titles-columns is for a --titles FILE");
  check_refused(*this, 2, "--user 3 --columns item=1", "--columns is for reading --ratings");
  check_refused(*this, 2, "--requests - --format csv", "--requests are answered in JSON");
  check_refused(*this, 2, "--users - --allow -", "two inputs are standard input");
  check_refused(*this, 2, "--user 3 --top -1", "a whole number from 1");
}

BOOST_FIXTURE_TEST_CASE(a_model_without_biases_needs_ratings_too, Films) {
  write("more.csv", read("ratings.csv") + "0,rare,5,0\n1,rare,5,0\n");
  BOOST_TEST(run("mf-train more.csv -k 4 -t 8 --no-biases --valid-fraction 0 -o a.model").code ==
             0);
  const std::string all = "--user 100 --keep-rated --top 41";
  BOOST_TEST(std::ranges::count(ids(all), "rare") == 0);
  BOOST_TEST(std::ranges::count(ids(all + " --least-ratings 0"), "rare") == 1);
  BOOST_TEST(ids(all) == ids(all + " --rank-by interaction"));
}

BOOST_AUTO_TEST_SUITE_END()
