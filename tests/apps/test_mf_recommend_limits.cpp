// SPDX-License-Identifier: MIT
//
// mf-recommend: least ratings, limits of groups and diversity; allow and deny lists of any content;
// models of one-class feedback.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "film_fixtures.hpp"
#include "made_models.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/recommender.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_recommend_limits)

namespace {

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(groups_are_limited_in_the_order_of_scores, Films) {
  const std::string all = "--user 3 --keep-rated --titles films.csv --top 40 ";
  const auto order = ids(all);
  const auto is_for_children = [](const std::string& id) { return std::stoi(id) % 4 == 0; };
  for (const int most : {1, 3, 10, 40}) {
    // Children's films are all comedies: the two groups are full at once.
    std::vector<std::string> expected;
    std::map<bool, int> listed;
    for (const std::string& id : order) {
      if (listed[is_for_children(id)]++ < most) expected.push_back(id);
    }
    const std::string limit = std::to_string(most);
    BOOST_TEST(ids(all + "--at-most " + limit + ":genres") == expected);
    BOOST_TEST(ids(all + "--at-most " + limit + ":GENRES,40:title") == expected);
    BOOST_TEST(ids(all + "--at-most 40:year --at-most " + limit + ":genres") == expected);
    const auto lines = rows("--titles films.csv",
                            "{\"user\": 3, \"keep_rated\": true, \"top\": "
                            "40, \"at_most\": [\"" +
                                limit + ":genres\"]}\n");
    BOOST_REQUIRE_EQUAL(lines.size(), 1u);
    for (const std::string& id : expected) BOOST_TEST(has(lines[0], "{\"id\":\"" + id + "\""));
    const auto items =
        static_cast<std::size_t>(std::ranges::count(order, true, [&](const std::string& id) {
          return has(lines[0], "{\"id\":\"" + id + "\"");
        }));
    BOOST_TEST(items == expected.size());
  }
  const Outcome outcome = run("mf-recommend a.model " + all + "--at-most 1:genres");
  BOOST_TEST(has(outcome.err, "only 2 items left to list; groups may be full (--at-most)"));
}

BOOST_FIXTURE_TEST_CASE(a_least_rating_searches_on, Films) {
  const std::string all = "--user 3 --keep-rated --top 40 --rank-by interaction --least-ratings 0 ";
  const auto order = ids(all), ratings = column(4, all);
  for (const char* least : {"-1", "2.5", "3", "3.25", "3.5", "99"}) {
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (std::stof(ratings[i]) >= std::stof(least)) expected.push_back(order[i]);
    }
    BOOST_TEST(ids(all + "--least-rating " + least) == expected);
    expected.resize(std::min<std::size_t>(expected.size(), 3));
    BOOST_TEST(ids("--top 3 " + all.substr(0, all.find("--top")) +
                   "--rank-by interaction --least-ratings 0 --least-rating " + least) == expected);
  }
}

BOOST_FIXTURE_TEST_CASE(no_diversity_leaves_bytes_alone, Films) {
  for (const char* format : {"table", "csv", "json"}) {
    const std::string arguments = std::string("--all-users --format ") + format;
    BOOST_TEST(recommend(arguments) == recommend(arguments + " --diversity 0"));
    BOOST_TEST(recommend(arguments) != recommend(arguments + " --diversity 0.9"));
  }
}

BOOST_FIXTURE_TEST_CASE(lists_of_ids_may_hold_anything, Films) {
  write("none", "");
  write("blank", "\n\n");
  write("new", "item-9001\nitem-9002\n");
  write("some", "1\nitem-9001\n2\n");
  std::string every;
  for (int i = 0; i < 40; ++i) every += std::to_string(i) + '\n';
  write("every", every);
  const struct {
    std::string arguments;
    int code;
    std::size_t listed;
    std::string says;
  } cases[] = {
      {"--deny none", 0, 40, ""},
      {"--deny blank", 0, 40, ""},
      {"--deny new", 0, 40, "the model does not have 2 of the items (\"item-9001\", ...)"},
      {"--deny some", 0, 38, "the model does not have 1 of the items (\"item-9001\")"},
      {"--deny every", 0, 0, "only 0 items left to list"},
      {"--allow every --deny none", 0, 40, ""},
      {"--allow some", 0, 2, "the model does not have 1 of the items"},
      {"--allow some --deny every", 0, 0, "only 0 items left to list"},
      {"--allow none", 3, 0, "left out: all items, as --allow none has none that the model has"},
      {"--allow new", 3, 0, "left out: all items, as --allow new has none that the model has"},
      {"--only 1,2 --only 3", 0, 3, "only 3 items left to list"},
      {"--only 1,x", 0, 1, "--only: the model does not have 1 of the items (\"x\")"},
      {"--only x", 3, 0, "left out: all items, as --only has none that the model has"},
      {"--allow some --only 3", 3, 0, "as --allow some and --only share none that the model has"},
      {"--allow some --only 2,3", 0, 1, "the model does not have 1 of the items"},
      {"--exclude 1,2 --exclude 3 --deny some", 0, 37, "the model does not have 1"},
      {"--exclude y", 0, 40, "--exclude: the model does not have 1 of the items"},
      {"--offset 0", 0, 40, ""},
      {"--offset 39", 0, 1, "only 1 item left to list"},
      {"--offset 40", 0, 0, "only 0 items left to list"},
  };
  for (const auto& c : cases) {
    const Outcome outcome =
        run("mf-recommend a.model --user 3 --keep-rated --top 40 --format csv " + c.arguments);
    BOOST_TEST(outcome.code == c.code, c.arguments + ": " + outcome.err);
    BOOST_TEST(lines_of(outcome.out).size() == c.listed + 1, c.arguments);
    BOOST_TEST(has(outcome.err, c.says), c.arguments + ": " + outcome.err);
    BOOST_TEST((!c.says.empty() || outcome.err.empty()), c.arguments + ": " + outcome.err);
  }
}

BOOST_FIXTURE_TEST_CASE(choices_and_fields_that_cannot_be_are_refused, Films) {
  const struct {
    const char* arguments;
    const char* says;
  } commands[] = {
      {"--only ,", "--only"},
      {"--exclude ,", "--exclude"},
      {"--offset -1", "--offset"},
      {"--offset 1000001", "--offset"},
      {"--format json --fields titel", "did you mean title?"},
      {"--format json --fields ,", "fields is empty"},
      {"--fields id", "--fields is for JSON; give --format json"},
  };
  for (const auto& c : commands) {
    const Outcome outcome = run(std::string("mf-recommend a.model --user 3 ") + c.arguments);
    BOOST_TEST(outcome.code == 2, c.arguments << ": " << outcome.err);
    BOOST_TEST(has(outcome.err, c.says), outcome.err);
  }
  const struct {
    const char* request;
    const char* says;
  } requests[] = {
      {"\"where\":\"genres\"", "it must be COLUMN~TEXT"},
      {"\"where\":\"genre~x\"", "did you mean genres?"},
      {"\"where\":[5]", "has a number; expected a string"},
      {"\"only\":[null]", "has null; expected ids"},
      {"\"exclude\":{}", "has an object; expected ids"},
      {"\"offset\":1000001", "must be a whole number from 0 to 1000000"},
      {"\"titles\":\"no\"", "expected true or false"},
      {"\"fields\":[]", "fields is empty"},
      {"\"fields\":\"id,x\"", "fields has"},
  };
  for (const auto& c : requests) {
    const Outcome outcome = run("mf-recommend a.model --titles films.csv",
                                std::string("{\"id\":3,") + c.request + "}\n");
    BOOST_TEST(outcome.code == 3, c.request);
    BOOST_TEST(has(outcome.out, c.says), c.request << ": " << outcome.out);
  }
  const std::string untitled =
      run("mf-recommend a.model", "{\"id\":3,\"where\":\"genres~x\"}\n").out;
  BOOST_TEST(has(untitled, "is for columns of titles; give a --titles FILE, here or to mf-train"),
             untitled);
  const std::string fields = "{\"id\":3,\"top\":1,\"fields\":[\"title\",\"id\"],\"only\":8}\n";
  BOOST_TEST(has(recommend("--titles films.csv --keep-rated", fields),
                 R"("items":[{"id":"8","title":"Film, \"the\" 8"}],)"));
  BOOST_TEST(!has(recommend("--titles films.csv", "{\"id\":3,\"titles\":false}\n"), "title\":"));
}

BOOST_FIXTURE_TEST_CASE(items_are_similar_by_raters_or_factors, Films) {
  const Recommender recommender(std::make_shared<const FactorModel>(load_model(path("a.model"))));
  const IdDictionary& items = recommender.model().items();
  for (const char* id : {"0", "11", "39"}) {
    for (const char* by : {"", "raters", "factors"}) {
      const std::string arguments = "--similar-to " + std::string(id) + " --top 39" +
                                    (*by ? std::string(" --similar-by ") + by : "");
      const auto kind = *by == 'f' ? SimilarBy::kFactors : SimilarBy::kRaters;
      const auto expected = recommender.similar_items(items.find(id), 39, nullptr, kind);
      const auto list = ids(arguments), scores = column(3, arguments);
      BOOST_REQUIRE_EQUAL(list.size(), expected.size());
      for (std::size_t i = 0; i < list.size(); ++i) {
        BOOST_TEST(list[i] == items.id(expected[i].item));
        BOOST_TEST(std::stof(scores[i]) == expected[i].score);
      }
      const std::string json = recommend(arguments + " --format json");
      BOOST_TEST(
          has(json, *by == 'f' ? "\"similar_by\":\"factors\"" : "\"similar_by\":\"raters\""));
      const std::string table = recommend(arguments + " --titles films.csv");
      BOOST_TEST(has(table, *by == 'f' ? "), by factors\n" : "), by who rated both\n"));
      BOOST_TEST(has(lines_of(table)[1], *by == 'f' ? "rank  cosine" : "rank  similarity"));
    }
  }
}

BOOST_FIXTURE_TEST_CASE(one_class_feedback_alone_predicts_no_ratings, TestFolder) {
  auto parts = made_parts({.users = 9, .items = 50, .biases = false, .ratings_each = 9});
  parts.feedback = Feedback::kOneClass;
  parts.one_class_weights.unobserved_weight = 0.1f;
  save_model(FactorModel(std::move(parts)), path("a.model"));
  const Outcome table = run("mf-recommend a.model --user 1003 --top 2");
  BOOST_TEST(table.code == 0, table.err);
  BOOST_TEST(has(table.out, "user 1003: 9 choices trained on"), table.out);
  BOOST_TEST(has(table.out, "\nrank  score  id\n"), table.out);
  const Outcome similar = run("mf-recommend a.model --similar-to 1003 --top 2 --least-ratings 0");
  BOOST_TEST(has(similar.out, "by who chose both"), similar.out);
  BOOST_TEST(has(run("mf-recommend a.model --user 1003 --format json").out, "\"rating\":null"));
  const Outcome refused = run("mf-recommend a.model --user 1003 --least-rating 3");
  BOOST_TEST(refused.code == 2);
  BOOST_TEST(has(refused.err, "predicts no ratings"), refused.err);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_used_is_told, Films) {
  const struct {
    std::string arguments, says;
  } cases[] = {
      {"--user 3 --at-most 3:genres",
       "--at-most is for columns of titles; give a --titles FILE, here or to mf-train"},
      {"--user 3 --titles films.csv --at-most 3:genre", "did you mean genres?"},
      {"--user 3 --titles films.csv --at-most genres", "must be N:COLUMN with N from 1"},
      {"--user 3 --titles films.csv --at-most 0:genres", "must be N:COLUMN with N from 1"},
      {"--user 3 --titles films.csv --at-most -1:genres", "must be N:COLUMN with N from 1"},
      {"--user 3 --titles films.csv --at-most ,", "must be N:COLUMN with N from 1"},
      {"--user 3 --least-rating x", "it must be a number"},
      {"--user 3 --least-rating nan", "it must be a number"},
      {"--user 3 --diversity 1.5", "it must be a number from 0 to 1"},
      {"--user 3 --similar-by raters", "--similar-by is for --similar-to ID"},
      {"--similar-to 3 --similar-by cosine", "it must be raters or factors"},
      {"--similar-to 3 --diversity 0.5", "--diversity is for the lists of users"},
      {"--similar-to 3 --least-rating 3", "--least-rating is for the lists of users"},
  };
  for (const auto& c : cases) {
    const Outcome outcome = run("mf-recommend a.model " + c.arguments);
    BOOST_TEST(outcome.code == 2, c.arguments);
    BOOST_TEST(has(outcome.err, c.says), c.arguments + ": " + outcome.err);
  }
  const struct {
    std::string request, says;
  } requests[] = {
      {"\"least_rating\": \"3\"", "\\\"least_rating\\\" is a string; expected a number"},
      {"\"diversity\": 2", "\\\"diversity\\\" must be a number from 0 to 1"},
      {"\"at_most\": 3", "\\\"at_most\\\" has a number; expected"},
      {"\"at_most\": [\"3:genre\"]", "did you mean genres?"},
  };
  for (const auto& r : requests) {
    const Outcome outcome =
        run("mf-recommend a.model --titles films.csv", "{\"user\": 3, " + r.request + "}\n");
    BOOST_TEST(outcome.code == 3);
    BOOST_TEST(has(outcome.out, r.says), outcome.out);
  }
}

BOOST_AUTO_TEST_SUITE_END()
