// SPDX-License-Identifier: MIT
//
// mf-data as its users see it.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "test_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_data)

namespace {

const std::string kSmall = "mf-data synth --users 60 --items 50 --ratings 1003 ";

/// 20 users who rated 11 films each, with ids that must come back letter for letter.
std::string twenty_users() {
  std::string text = "user,item,rating,timestamp\n";
  for (int user = 0; user < 20; ++user) {
    for (int item = 0; item < 11; ++item) {
      text += "00" + std::to_string(user) + ",\"film, " + std::to_string(item) + "\"," +
              std::to_string(1 + (user + item) % 5) + "," + std::to_string(100 * user + item) +
              "\n";
    }
  }
  return text;
}

/// How many lines of a file each user has.
std::map<std::string, std::size_t> lines_of_users(const std::multiset<std::string>& lines) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& line : lines) ++counts[line.substr(0, line.find(','))];
  return counts;
}

std::multiset<std::string> without_header(const std::vector<std::string>& lines) {
  return {lines.begin() + 1, lines.end()};
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(made_up_ratings_are_as_many_as_asked_and_the_same_again, TestFolder) {
  const Outcome outcome = run(kSmall + "-o r.csv --titles t.csv --seed 3");
  BOOST_TEST(outcome.code == 0, outcome.err);
  const std::size_t floor = outcome.out.find("lowest reachable MSE: ");
  BOOST_REQUIRE_MESSAGE(floor != std::string::npos, outcome.out);
  // Noise of standard deviation 0.75 has MSE 0.5625; rounding adds 0.5^2 / 12, clipping takes away.
  const double mse = std::stod(outcome.out.substr(floor + 22));
  BOOST_TEST(mse > 0.4);
  BOOST_TEST(mse < 0.65);
  const auto ratings = lines("r.csv");
  BOOST_TEST(ratings.size() == 1004u);
  BOOST_TEST(ratings.front() == "user,item,rating,timestamp");
  const auto titles = lines("t.csv");
  BOOST_TEST(titles.size() == 51u);
  BOOST_TEST(titles.front() == "item,title,genres");
  BOOST_TEST(run(kSmall + "-o again.csv --seed 3 --threads 3").code == 0);
  BOOST_TEST((read("again.csv") == read("r.csv")));
  BOOST_TEST(run(kSmall + "-o other.csv --seed 4").code == 0);
  BOOST_TEST((read("other.csv") != read("r.csv")));
}

BOOST_FIXTURE_TEST_CASE(every_format_reads_back_as_the_same_ratings, TestFolder) {
  BOOST_TEST(run(kSmall + "-o csv").code == 0);
  const std::string expected = run("mf-data inspect csv --json").out;
  BOOST_TEST(json_number(expected, "ratings") == 1003);
  for (const std::string format : {"tsv", "movielens", "libmf"}) {
    BOOST_TEST(run(kSmall + "-o " + format + " --format " + format).code == 0);
    const Outcome found = run("mf-data inspect " + format + " --json");
    BOOST_TEST(found.code == 0, format << ": " << found.err);
    for (const char* key : {"users", "items", "ratings", "mean", "sd", "density", "duplicates"}) {
      BOOST_TEST(json_number(found.out, key) == json_number(expected, key), format << " " << key);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(inspect_shows_what_a_file_contains, TestFolder) {
  write("r.csv", "user;film;stars\r\n0104257;a;4\r\n104257;a;2\r\n0104257;b;3\r\n0104257;a;5\r\n");
  const Outcome table = run("mf-data inspect r.csv --columns user=user,item=film,rating=stars");
  BOOST_TEST(table.code == 0, table.err);
  const Outcome json = run("mf-data inspect r.csv --columns user=1,item=2,rating=3 --json");
  BOOST_TEST(json.code == 0, json.err);
  struct {
    const char* key;
    double value;
  } const rows[] = {{"lines", 4},     {"users", 2},      {"items", 2},     {"ratings", 3},
                    {"bad_lines", 0}, {"duplicates", 1}, {"density", 0.75}};
  for (const auto& row : rows) BOOST_TEST(json_number(json.out, row.key) == row.value, row.key);
  // The last of the duplicates counts: 5, 3 and 2.
  BOOST_TEST(std::abs(json_number(json.out, "mean") - 10.0 / 3) < 1e-6);
  BOOST_TEST(files().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(split_parts_are_disjoint_complete_and_letter_for_letter, TestFolder) {
  write("all.csv", twenty_users());
  const auto all = without_header(lines("all.csv"));
  struct {
    const char* how;
    std::size_t held_out;
  } const rows[] = {{"", 22},
                    {"--valid-fraction 0.25", 55},
                    {"--by-user 0.2", 40},
                    {"--by-user 0.01", 20},
                    {"--by-user 0.99", 200},
                    {"--last 3", 60},
                    {"--at-time 1000", 110}};
  for (const auto& row : rows) {
    const Outcome outcome =
        run(std::string("mf-data split all.csv --train-out a --valid-out b ") + row.how);
    BOOST_TEST(outcome.code == 0, outcome.err);
    auto both = without_header(lines("a"));
    const auto held_out = without_header(lines("b"));
    BOOST_TEST(held_out.size() == row.held_out, row.how);
    both.insert(held_out.begin(), held_out.end());
    BOOST_TEST((both == all), row.how);
    BOOST_TEST(outcome.out.find("b: " + std::to_string(row.held_out) + " ratings of ") !=
                   std::string::npos,
               row.how << outcome.out);
  }
  // The last row of the table: from timestamp 1000 on, which are the users from 10 on.
  BOOST_TEST(lines("b").at(1).starts_with("0010,\"film, 0\","));

  BOOST_TEST(run("mf-data split all.csv --folds 3 --train-out a% --valid-out b%").code == 0);
  std::multiset<std::string> folds;
  for (const std::string fold : {"1", "2", "3"}) {
    auto both = without_header(lines("a" + fold));
    const auto part = without_header(lines("b" + fold));
    folds.insert(part.begin(), part.end());
    both.insert(part.begin(), part.end());
    BOOST_TEST((both == all), "fold " << fold);
  }
  BOOST_TEST((folds == all));
}

BOOST_FIXTURE_TEST_CASE(users_left_out_are_given_in_part_and_asked_for_the_others, TestFolder) {
  write("all.csv", twenty_users());
  const auto all = without_header(lines("all.csv"));
  struct {
    const char* how;
    std::size_t users, given;  // left out, and lines given of each
  } const rows[] = {{"--users 0.25", 5, 9},
                    {"--users 0.25 --given 0.5", 5, 6},
                    {"--users 0.01 --given 0.01", 1, 1},
                    {"--users 0.99 --given 0.99", 19, 10}};
  for (const auto& row : rows) {
    const Outcome outcome = run(
        std::string("mf-data split all.csv --train-out a --given-out b --valid-out c ") + row.how);
    BOOST_TEST(outcome.code == 0, outcome.err);
    auto together = without_header(lines("a"));
    const auto given = without_header(lines("b")), asked = without_header(lines("c"));
    const auto trained = lines_of_users(together);
    const auto users_given = lines_of_users(given), users_asked = lines_of_users(asked);
    BOOST_TEST(trained.size() == 20 - row.users, row.how);
    BOOST_TEST(users_given.size() == row.users, row.how);
    BOOST_TEST(users_asked.size() == row.users, row.how);
    for (const auto& [user, count] : users_given) {
      BOOST_TEST(count == row.given, row.how);
      BOOST_TEST(users_asked.at(user) == 11 - row.given, row.how);
      BOOST_TEST(trained.count(user) == 0u, row.how);
    }
    together.insert(given.begin(), given.end());
    together.insert(asked.begin(), asked.end());
    BOOST_TEST((together == all), row.how);

    // The users left out are new to the model, until they are folded in from what is given.
    BOOST_TEST(run("mf-train a -k 4 -t 2 --valid-fraction 0 -q -o a.model").code == 0);
    BOOST_TEST(run("mf-fold-in a.model b -q -o b.model").code == 0);
    for (const char* model : {"a.model", "b.model"}) {
      const Outcome eval = run(std::string("mf-eval ") + model + " c --json");
      BOOST_TEST(json_number(eval.out, "trained_on") == 0, eval.err);
      BOOST_TEST(
          (eval.out.find("\"cold_user\":{\"count\":0") == std::string::npos) == (model[0] == 'a'),
          eval.out);
    }
  }
}

// The toy of a hundred users and two hundred items, every rating of rank 3 and without noise.
BOOST_FIXTURE_TEST_CASE(a_matrix_of_rank_3_is_found_again, TestFolder) {
  BOOST_TEST(run("mf-data synth --users 100 --items 200 --ratings 20000 -k 3 --interaction 1 "
                 "--noise 0 --no-biases --step 0 -o toy.csv")
                 .code == 0);
  const Outcome outcome =
      run("mf-train toy.csv -k 3 --no-biases --valid-fraction 0.2 --lambda-factors 0 -r 0.5 "
          "--init-scale 0.3 -t 60 --patience 0 --deterministic --log-json log");
  BOOST_TEST(outcome.code == 0, outcome.err);
  const auto epochs = events(lines("log"), "epoch");
  BOOST_TEST(json_number(epochs.front(), "valid_mse") > 0.5);
  BOOST_TEST(json_number(epochs.back(), "valid_mse") < 8e-4);
}

BOOST_AUTO_TEST_SUITE_END()
