// SPDX-License-Identifier: MIT
//
// What mf-eval --ranking takes, and what it refuses.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mfpar/model_file.hpp"
#include "model_fixtures.hpp"
#include "ranking_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_eval_ranking_inputs)

namespace {

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_model_that_does_not_say_who_rated_what, RankingFiles) {
  save_model(random_model(20, 15, 4), path("bare.model"));  // ids from 10 on
  write("bare.csv", "10,11,4\n10,12,5\n11,13,3\n");
  const Outcome outcome = run("mf-eval bare.model bare.csv --ranking --json");
  BOOST_TEST(outcome.code == 0, outcome.err);
  BOOST_TEST(has(outcome.err, "bare.model does not contain who rated what"), outcome.err);
  BOOST_TEST(has(outcome.out, "\"baselines\":{}"), outcome.out);
  BOOST_TEST(std::isnan(number_at(outcome.out, {"ranking", "novelty", "10"})));
  BOOST_TEST(std::isnan(number_at(outcome.out, {"ranking", "popularity_rank", "10"})));
  BOOST_TEST(number_at(outcome.out, {"ranking", "recall", "20"}) == 1);  // all 15 items are listed
  const Outcome ease = run("mf-eval bare.model bare.csv --ranking --ease 200");
  BOOST_TEST(ease.code == 2, ease.err);
  BOOST_TEST(has(ease.err, "who rated what, which bare.model does not contain"), ease.err);
  // The other's training makes the baselines where there is one.
  const Outcome two = run("mf-eval bare.model a.model test.csv --ranking --json");
  BOOST_TEST(two.code == 0, two.err);
  BOOST_TEST(number_at(two.out, {"baselines", "popular", "recall", "20"}) > 0);
}

BOOST_FIXTURE_TEST_CASE(one_class_feedback_needs_no_ratings, RankingFiles) {
  FactorModel::Parts parts = random_model(20, 15, 4).parts();
  parts.feedback = Feedback::kOneClass;
  parts.biases = false;
  parts.mean = 0.0f;
  parts.users.biases = FrozenArray<float>(std::vector<float>(20));
  parts.items.biases = FrozenArray<float>(std::vector<float>(15));
  parts.one_class_weights.unobserved_weight = 0.1f;
  FactorModel::Parts both = random_model(20, 15, 4).parts();
  parts.users.ids = both.users.ids;
  parts.items.ids = both.items.ids;
  both.one_class = std::make_shared<const FactorModel>(std::move(parts));
  save_model(*both.one_class, path("chosen.model"));
  save_model(FactorModel(std::move(both)), path("both.model"));
  write("pairs.csv", "x,11\nx,12\n10,13\n");
  write("given.csv", "x,14\nx,15\ny,16\n");
  write("given-rated.csv", "x,14,3\nx,15,5\ny,16,1\n");
  const std::string with = " pairs.csv --ranking --json --top 3,15 --bootstrap 0 --given ";
  const Outcome by_pairs = run("mf-eval chosen.model" + with + "given.csv");
  BOOST_TEST(by_pairs.code == 0, by_pairs.err);
  BOOST_TEST(has(by_pairs.out, "\"rank_by\":\"one-class\""), by_pairs.out);
  BOOST_TEST(number_at(by_pairs.out, {"ranking", "users"}) == 2);
  BOOST_TEST(number_at(by_pairs.out, {"ranking", "recall", "15"}) == 1);
  // Values count for nothing.
  const Outcome by_ratings = run("mf-eval chosen.model" + with + "given-rated.csv");
  BOOST_TEST(by_ratings.out == by_pairs.out);
  BOOST_TEST(!has(by_ratings.err, "same scale"), by_ratings.err);
  // A model of ratings that carries this one lists the same, but asks for ratings.
  const Outcome carried = run("mf-eval both.model" + with + "given-rated.csv");
  BOOST_TEST(carried.code == 0, carried.err);
  for (const char* metric : {"ndcg", "recall", "map", "mrr", "gini"}) {
    BOOST_TEST(number_at(carried.out, {"ranking", metric, "15"}) ==
               number_at(by_pairs.out, {"ranking", metric, "15"}));
  }
  const Outcome refused = run("mf-eval both.model" + with + "given.csv");
  BOOST_TEST(refused.code == 3);
  BOOST_TEST(has(refused.err, "both.model learnt from ratings"), refused.err);

  // Errors are of ratings, which one-class feedback alone does not predict.
  for (const char* further : {"", " --json", " --predictions p.csv"}) {
    const std::string rated = std::string(" given-rated.csv") + further;
    const Outcome unrated = run("mf-eval chosen.model" + rated);
    BOOST_TEST(unrated.code == 2, unrated.err);
    BOOST_TEST(has(unrated.err, "predicts no ratings"), unrated.err);
    BOOST_TEST(has(unrated.err, "mf-eval chosen.model given-rated.csv --ranking"), unrated.err);
    const Outcome predicted = run("mf-eval both.model" + rated);
    BOOST_TEST(predicted.code == 0, predicted.err);
  }
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_done_is_refused_with_a_way_out, RankingFiles) {
  write("pairs.csv", "1,2\n3,4\n5,6\n");
  write("others.csv", "x1,2,3\nx2,4,5\n");
  const struct {
    const char* command;
    int code;
    const char* words;
  } rows[] = {
      {"a.model b.model test.csv", 2,
       "two models are compared by their lists: mf-eval a.model b.model test.csv --ranking"},
      {"a.model test.csv out.csv", 2, "predictions are written by --predictions: mf-eval a.model"},
      {"a.model b.model --ranking", 2, "come last: mf-eval a.model b.model TEST --ranking"},
      {"a.model test.csv b.model --ranking", 2,
       "the ratings come last: mf-eval a.model b.model test.csv --ranking"},
      {"test.csv a.model b.model --ranking", 2,
       "the ratings come last: mf-eval a.model b.model test.csv --ranking"},
      {"test.csv training.csv --ranking", 4, "a model file was expected"},
      {"a.model b.model test.csv more --ranking", 2, "no more than two models"},
      {"a.model test.csv --top 5", 2, "--top is for lists; give --ranking too"},
      {"a.model test.csv --relevant 5", 2, "--relevant is for lists; give --ranking too"},
      {"a.model test.csv --rank-by rating", 2, "--rank-by is for lists"},
      {"a.model test.csv --bootstrap 5", 2, "--bootstrap is for lists"},
      {"a.model test.csv --given x", 2, "--given is for lists"},
      {"a.model test.csv --seed 5", 2, "--seed is for lists"},
      {"a.model test.csv --least-ratings 5", 2, "--least-ratings is for lists"},
      {"a.model test.csv --ranking --top 5,", 2, "such as 5,10,20"},
      {"a.model test.csv --ranking --top 5;10", 2, "such as 5,10,20"},
      {"a.model test.csv --ranking --top 1000001", 2, "from 1 to 1000000"},
      {"a.model test.csv --ranking --relevant high", 2, "the lowest rating that counts"},
      {"a.model test.csv --ranking --bootstrap -1", 2, "a whole number from 0"},
      {"a.model test.csv --ranking --rank-by one-class", 2, "trained on ratings alone"},
      {"test.csv a.model --ranking", 2, "come last: mf-eval a.model test.csv --ranking"},
      {"a.model test.csv --no-baselines", 2, "--no-baselines is for lists"},
      {"a.model test.csv --ease 200", 2, "--ease is for lists; give --ranking too"},
      {"a.model test.csv --ease-weight 0.5", 2, "--ease-weight is for lists"},
      {"a.model test.csv --ranking --ease-weight 0.5", 2, "give --ease PENALTY too"},
      {"a.model test.csv --ranking --ease 0", 2, "from 0.01 to 1e+09"},
      {"a.model test.csv --ranking --ease much", 2, "from 0.01 to 1e+09"},
      {"a.model test.csv --ranking --ease 200 --ease-weight 1.5", 2, "from 0 to 1"},
      {"a.model test.csv --ranking --predictions p.csv", 2, "--predictions are of ratings"},
      {"a.model test.csv --ranking --top 0", 2, "it must be whole numbers from 1"},
      {"a.model test.csv --ranking --top 5,5", 2, "each once"},
      {"a.model test.csv --ranking --relevant inf", 2, "the lowest rating that counts"},
      {"a.model test.csv --ranking --rank-by best", 2, "it must be rating, interaction, "},
      {"a.model pairs.csv --ranking --relevant 4", 2,
       "there is none for 3 of 3 pairs of pairs.csv; without --relevant every pair counts"},
      {"b.model test.csv --ranking --given pairs.csv", 3,
       "b.model learnt from ratings and folds users in"},
      {"a.model - --ranking --given -", 2, "two inputs are standard input"},
      {"a.model others.csv --ranking", 3, "are the ids of the same data? --given FILE folds"},
      {"a.model test.csv --ranking --relevant 6", 3, "--relevant may be too high"}};
  for (const auto& row : rows) {
    const Outcome outcome = run(std::string("mf-eval ") + row.command);
    BOOST_TEST(outcome.code == row.code, row.command << ": " << outcome.err);
    BOOST_TEST(has(outcome.err, row.words), row.command << ": " << outcome.err);
    BOOST_TEST(outcome.out == "", row.command);
  }
}

BOOST_AUTO_TEST_SUITE_END()
