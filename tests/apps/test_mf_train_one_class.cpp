// SPDX-License-Identifier: MIT
//
// mf-train on one-class feedback, as its users see it.
#include <boost/test/unit_test.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "choices.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_train_one_class)

BOOST_FIXTURE_TEST_CASE(epochs_are_reported_by_objective_and_ndcg, Choices) {
  const Outcome outcome =
      run("mf-train ratings.csv --method als -k 4 -t 5 --patience 0 --log-json log --valid-top 5");
  BOOST_TEST(outcome.code == 0);
  const auto log = lines("log");
  BOOST_TEST(log.front().find("\"feedback\":\"one-class\",\"method\":\"als\"") !=
             std::string::npos);
  BOOST_TEST(log.front().find("\"metric\":\"ndcg\"") != std::string::npos);
  BOOST_TEST(log.front().find("\"unobserved-weight\":\"auto\"") != std::string::npos);
  BOOST_TEST(log.front().find("learning-rate") == std::string::npos);
  const auto epochs = events(log, "epoch");
  BOOST_REQUIRE(epochs.size() == 6u);
  std::istringstream table(outcome.out);
  std::string row, number, ndcg;
  std::getline(table, row);
  BOOST_TEST(row.find("epoch      NDCG@5     objective") == 0u);
  double before = 0.0;
  for (const std::string& line : epochs) {
    std::getline(table, row);
    std::istringstream words(row);
    words >> number >> ndcg;
    BOOST_TEST(std::abs(std::stod(ndcg) - json_number(line, "valid_ndcg")) < 1e-5);
    const double objective = json_number(line, "objective");
    BOOST_TEST((before == 0.0 || objective < before));
    before = objective;
    BOOST_TEST(line.find("mse") == std::string::npos);
  }
  BOOST_TEST(json_number(epochs.back(), "valid_ndcg") > json_number(epochs.front(), "valid_ndcg"));
}

BOOST_FIXTURE_TEST_CASE(either_word_is_enough_and_defaults_follow, Choices) {
  for (const std::string words :
       {"--method als", "--feedback one-class", "--method als --feedback one-class"}) {
    const auto log = train("ratings.csv --valid-fraction 0 -k 4 " + words);
    BOOST_TEST(log.front().find("\"epochs\":\"16\"") != std::string::npos, words);
    BOOST_TEST(events(log, "epoch").size() == 17u);
    BOOST_TEST(
        train("ratings.csv --valid-fraction 0 -t 1 " + words).front().find("\"rank\":\"256\"") !=
        std::string::npos);
  }
}

BOOST_FIXTURE_TEST_CASE(pairs_and_counts_need_no_ratings, Choices) {
  const std::string how = " --method als -k 8 -t 3 --valid-fraction 0";
  const double of_pairs = last_objective(train("pairs.csv" + how));
  BOOST_TEST(last_objective(train("ratings.csv" + how)) == of_pairs);
  BOOST_TEST(last_objective(train("counts.csv" + how)) == of_pairs);
  BOOST_TEST(last_objective(train("counts.csv --confidence value" + how)) > of_pairs);
  BOOST_TEST(last_objective(train("counts.csv --confidence log" + how)) > of_pairs);
  BOOST_TEST(last_objective(train("ratings.csv --relevant 4" + how)) < of_pairs);
  train("pairs.csv --split-by-user 0.2" + how.substr(0, how.find(" --valid")));
}

BOOST_FIXTURE_TEST_CASE(the_same_bytes_come_of_any_number_of_threads, Choices) {
  train("ratings.csv --method als -k 8 -t 3 -s 1");
  const std::string one = read("model");
  for (const char* threads : {"2", "3", "8"}) {
    train(std::string("ratings.csv --method als -k 8 -t 3 -s ") + threads);
    BOOST_TEST((read("model") == one), threads << " threads");
  }
}

BOOST_FIXTURE_TEST_CASE(training_goes_on_from_a_model, Choices) {
  const std::string how = "ratings.csv --method als -k 8 --valid-fraction 0 ";
  const double reached = last_objective(train(how + "-t 6"));
  run("mf-train ratings.csv --method als -k 8 --valid-fraction 0 -t 6 -q -o first");
  const auto log = train(how + "-t 1 --warm-start first");
  BOOST_TEST(std::abs(json_number(events(log, "epoch").front(), "objective") - reached) <
             1e-3 * reached);
}

BOOST_FIXTURE_TEST_CASE(what_does_not_fit_is_refused_with_a_remedy, Choices) {
  const struct {
    std::string arguments, words;
    int code;
  } refused[] = {
      {"pairs.csv", "--feedback one-class", 3},
      {"ratings.csv --relevant 4", "--relevant is for one-class feedback; add --feedback one-class",
       2},
      {"ratings.csv --confidence log", "--confidence is for one-class feedback", 2},
      {"ratings.csv --method als --loss absolute", "--loss is for ratings", 2},
      {"ratings.csv --method als --learning-rate 0.1", "--learning-rate is for ratings", 2},
      {"ratings.csv --method als --folds 3", "--folds is for ratings", 2},
      {"ratings.csv --method als --seeds 3", "--seeds is for ratings", 2},
      {"ratings.csv --method als --feedback ratings", "not learnt by method als", 2},
      {"ratings.csv --method sgd --feedback one-class", "not learnt by method sgd", 2},
      {"ratings.csv --method als --relevant 7", "no training rating is relevant", 3},
      {"ratings.csv --method als --unobserved-weight 0", "--unobserved-weight", 2},
      {"ratings.csv --method als --penalty-exponent 2", "--penalty-exponent", 2},
  };
  for (const auto& [arguments, words, code] : refused) {
    const Outcome outcome = run("mf-train " + arguments + " -o model");
    BOOST_TEST(outcome.code == code, arguments << ": " << outcome.err);
    BOOST_TEST(outcome.err.find(words) != std::string::npos, arguments << ": " << outcome.err);
  }
  // Ones in place of ratings say as much.
  write("ones.csv", "1,10,1\n1,11,1\n2,10,1\n3,12,1\n");
  const Outcome outcome = run("mf-train ones.csv -o model");
  BOOST_TEST(outcome.code == 3);
  BOOST_TEST(outcome.err.find("--feedback one-class") != std::string::npos);
  train("ones.csv --feedback one-class -k 2 --valid-fraction 0");
}

BOOST_AUTO_TEST_SUITE_END()
