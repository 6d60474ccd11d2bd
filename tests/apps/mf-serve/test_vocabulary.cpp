// SPDX-License-Identifier: MIT
//
// The four languages are spelt alike, and answered alike to the last bit, warnings included.
#include <boost/test/unit_test.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "four_ways.hpp"

using namespace mfpar;
using namespace mfpar::tests;
using apps::Json;

BOOST_AUTO_TEST_SUITE(test_vocabulary)

namespace {

/// Without the warnings, of which those of lists are the programs' only.
std::string list_of(const std::string& gist) { return gist.substr(0, gist.find("warning: ")); }

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_question_has_one_answer_in_four_languages, FourWays) {
  const Rated few{{"3", 5}, {"17", 1.5f}, {"40", 4}}, some{{"1", 5}, {"2", 4.5f}, {"5", 1}};
  const Rated strange{{"3", 80}, {"17", 95}, {"nowhere", 4}, {"3", 90}};
  std::vector<Question> questions;
  for (const char* rank_by : {"", "rating", "interaction", "blend:0", "blend:0.5", "blend:1",
                              "blend:0.99", "blend:2", "blend:-0.5"}) {
    for (const int least : {-1, 0, 1, 10, 15}) {
      questions.push_back({.user = "7", .rank_by = rank_by, .least_ratings = least});
      questions.push_back({.ratings = few, .rank_by = rank_by, .least_ratings = least});
    }
    questions.push_back({.user = "11", .rank_by = rank_by, .keep_rated = true});
    questions.push_back({.ratings = some, .rank_by = rank_by, .keep_rated = true});
    questions.push_back({.ratings = some, .rank_by = rank_by, .explain = true});
    questions.push_back({.ratings = strange, .rank_by = rank_by});
  }
  questions.push_back({.user = "7", .explain = true});
  questions.push_back({.ratings = {{"nowhere", 3}}});
  for (const char* item : {"0", "3", "40", "79"}) {
    for (const int least : {-1, 0, 1, 10, 15}) {
      questions.push_back({.similar = item, .least_ratings = least});
    }
    for (const char* by : {"raters", "factors"}) {
      questions.push_back({.similar = item, .similar_by = by});
    }
  }
  for (const char* rank_by : {"", "interaction"}) {
    for (const char* least : {"", "3.25", "4.5", "9"}) {
      for (const char* at_most : {"", "1:kinds", "3:kinds"}) {
        for (const char* diversity : {"", "0", "0.5", "1"}) {
          questions.push_back({.user = "7",
                               .rank_by = rank_by,
                               .least_rating = least,
                               .diversity = diversity,
                               .at_most = at_most});
          questions.push_back(questions.back());
          questions.back().user.clear();
          questions.back().ratings = few;
        }
      }
    }
  }
  const std::vector<std::string> only{"3", "17", "20", "33", "40", "41", "60", "79"};
  for (const auto& [where, ids, exclude, offset] :
       {std::tuple<std::vector<std::string>, std::vector<std::string>, std::vector<std::string>,
                   int>({"kinds=a"}, {}, {}, 0),
        {{"kinds~a", "kinds!~b"}, {}, {}, 3},
        {{}, only, {}, 0},
        {{"kinds!=c"}, only, {"40", "20"}, 1},
        {{}, {}, {"1", "2", "4"}, 70}}) {
    for (Question question :
         {Question{.user = "7"}, Question{.ratings = few},
          Question{.user = "7", .rank_by = "interaction"}, Question{.similar = "3"}}) {
      question.where = where;
      question.only = ids;
      question.exclude = exclude;
      question.offset = offset;
      questions.push_back(question);
    }
  }

  std::vector<Json> objects;
  std::vector<std::pair<std::size_t, std::string>> expected;  // for each: its question and answer
  std::size_t forms = 0;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Question& question = questions[i];
    const std::string what =
        std::to_string(i) + ": " + question.rank_by + ' ' + std::to_string(question.least_ratings);
    const std::string gist = by_command(question);
    if (!question.is_chosen()) BOOST_TEST(by_c(question) == list_of(gist), what);
    for (const std::string& answer : by_get(question)) BOOST_TEST(answer == gist, what);
    if (!question.similar.empty()) continue;
    for (const Json& object : objects_of(question)) {
      BOOST_TEST(by_post(object) == gist, what + ' ' + apps::text_of(object));
      objects.push_back(object);
      expected.emplace_back(i, gist);
      ++forms;
    }
  }
  const auto answers = by_json_lines(objects);
  BOOST_REQUIRE(answers.size() == expected.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    BOOST_TEST(answers[i] == expected[i].second, apps::text_of(objects[i]));
  }
  BOOST_TEST(questions.size() > 140u);
  BOOST_TEST(forms > 1500u);
}

BOOST_AUTO_TEST_CASE(every_loss_has_one_answer_in_four_languages) {
  for (const LossInfo& info : losses()) {
    for (const bool nonnegative : {false, true}) {
      if (info.needs_nonnegative && !nonnegative) continue;
      TrainOptions options = with_loss_of(quick_options(), info.loss);
      options.nonnegative = nonnegative;
      const FourWays ways(options, info.takes_labels);
      const Rated few = info.takes_labels ? Rated{{"3", 1}, {"17", 0}, {"40", 1}}
                                          : Rated{{"3", 5}, {"17", 1.5f}, {"40", 4}};
      for (const Question& question :
           {Question{.user = "7"}, Question{.ratings = few},
            Question{.ratings = few, .rank_by = "interaction", .least_ratings = 0},
            Question{.ratings = few, .explain = true}, Question{.similar = "3"}}) {
        BOOST_TEST_CONTEXT(info.name << " nonnegative " << nonnegative) {
          const std::string gist = ways.by_command(question);
          BOOST_TEST(ways.by_c(question) == list_of(gist));
          for (const std::string& answer : ways.by_get(question)) BOOST_TEST(answer == gist);
          if (!question.similar.empty()) continue;
          const std::vector<Json> objects = FourWays::objects_of(question);
          for (const Json& object : objects) BOOST_TEST(ways.by_post(object) == gist);
          for (const std::string& answer : ways.by_json_lines(objects)) BOOST_TEST(answer == gist);
        }
      }
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_reload_keeps_titles_and_groups, FourWays) {
  const Question question{.user = "7", .at_most = "2:kinds"};
  const std::string before = by_get(question)[0];
  BOOST_TEST(before == by_command(question));
  BOOST_TEST(client->ask("POST", "/reload", "").status == 200u);
  BOOST_TEST(by_get(question)[0] == before);
  const Json wrong{{"id", "7"}, {"at_most", "2:kind"}};
  BOOST_TEST(client->ask("POST", "/recommend", apps::text_of(wrong)).status == 422u);
}

// Where that is not said, lists by interaction and of similar items leave out the rarely rated.
BOOST_FIXTURE_TEST_CASE(ten_ratings_are_asked_for_in_all_four, FourWays) {
  for (const char* rank_by : {"interaction", "blend:0.5", "blend:0.99"}) {
    const Question usual{.user = "7", .rank_by = rank_by};
    const Question ten{.user = "7", .rank_by = rank_by, .least_ratings = 10};
    const Question all{.user = "7", .rank_by = rank_by, .least_ratings = 0};
    for (const auto& [a, b, c] : {std::tuple(by_command(usual), by_command(ten), by_command(all)),
                                  std::tuple(by_get(usual)[0], by_get(ten)[0], by_get(all)[0]),
                                  std::tuple(by_c(usual), by_c(ten), by_c(all))}) {
      BOOST_TEST(a == b);
      BOOST_TEST(a != c);
    }
  }
  const Question similar{.similar = "3", .similar_by = "factors"},
      ten{.similar = "3", .least_ratings = 10, .similar_by = "factors"},
      all{.similar = "3", .least_ratings = 0, .similar_by = "factors"};
  BOOST_TEST(by_get(similar)[0] == by_get(ten)[0]);
  BOOST_TEST(by_get(similar)[0] != by_get(all)[0]);
  BOOST_TEST(by_c(similar) == by_c(ten));
}

BOOST_FIXTURE_TEST_CASE(ratings_off_the_scale_are_warned_of_in_the_same_words, FourWays) {
  const struct {
    Rated ratings;
    const char* says;
  } rows[] = {
      {{{"1", 80}, {"2", 90}}, "2 ratings (80, ...) outside the range of those trained on"},
      {{{"1", 80}, {"2", 4}}, "1 rating (80) outside the range of those trained on"},
      {{{"1", -3}}, "1 rating (-3) outside the range of those trained on"},
      {{{"x", 4}, {"1", 4}}, "1 of 2 ratings left out, as the model does not have the item"},
      {{{"1", 4}, {"1", 3}}, "1 rating left out, as a later one is for the same item"},
      {{{"x", 4}}, "no rating of an item that the model has"},
  };
  for (const auto& row : rows) {
    const Question question{.ratings = row.ratings};
    const std::string gist = by_command(question);
    BOOST_TEST(gist.find(row.says) != gist.npos, gist);
    const Json object = objects_of(question).back();
    BOOST_TEST(by_post(object) == gist);
    const std::string body = apps::text_of(Json{{"ratings", object.at("ratings")}});
    const std::string folded = client->ask("POST", "/fold-in", body).body;
    BOOST_TEST(folded.find(row.says) != folded.npos, folded);
  }
}

BOOST_AUTO_TEST_SUITE_END()
