// SPDX-License-Identifier: MIT
//
// mf-train --method gibbs, as its users see it.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "choices.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_train_gibbs)

BOOST_FIXTURE_TEST_CASE(sweeps_are_reported_and_the_chain_described, Choices) {
  const Outcome outcome =
      run("mf-train ratings.csv --method gibbs -k 3 --samples 20 --burn-in 10 --eval-every 5 "
          "--monte-carlo-error 0 --posterior-rank 6 --log-json log -o model");
  BOOST_TEST(outcome.code == 0);
  BOOST_TEST(outcome.out.find("sweep   train MSE   valid MSE") == 0u, outcome.out);
  BOOST_TEST(outcome.out.find("20 samples, worth ") != std::string::npos);
  BOOST_TEST(outcome.out.find("their mean as a model of rank ") != std::string::npos);
  BOOST_TEST(outcome.out.find("learnt once more from all ratings, those held out too, in 30") !=
             std::string::npos);
  const auto log = lines("log");
  BOOST_TEST(log.front().find("\"method\":\"gibbs\"") != std::string::npos);
  BOOST_TEST(log.front().find("\"samples\":\"20\"") != std::string::npos);
  BOOST_TEST(log.front().find("\"links\":\"true\"") != std::string::npos);
  BOOST_TEST(log.front().find("learning-rate") == std::string::npos);
  const auto epochs = events(log, "epoch");
  BOOST_TEST(epochs.size() == 6u);
  BOOST_TEST(epochs.back().find("\"objective\":null") != std::string::npos);
  const auto sampling = events(log, "sampling");
  BOOST_REQUIRE(sampling.size() == 1u);
  BOOST_TEST(json_number(sampling[0], "samples") == 20.0);
  BOOST_TEST(json_number(sampling[0], "rank") <= 6.0);
  BOOST_TEST(json_number(sampling[0], "samples_mse") == json_number(epochs.back(), "valid_mse"));
  const Outcome info = run("mf-model info model");
  BOOST_TEST(info.out.find("gibbs") != std::string::npos, info.out);
  BOOST_TEST(run("mf-eval model ratings.csv").code == 0);
}

BOOST_FIXTURE_TEST_CASE(defaults_follow_the_method, Choices) {
  const auto log = train("ratings.csv --method gibbs --samples 2 --burn-in 1");
  BOOST_TEST(log.front().find("\"rank\":\"15\"") != std::string::npos);
  BOOST_TEST(log.front().find("\"eval-every\":\"10\"") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(the_same_bytes_come_of_any_number_of_threads, Choices) {
  train("ratings.csv --method gibbs --samples 5 --burn-in 3 -s 1");
  const std::string one = read("model");
  for (const char* threads : {"2", "3", "16"}) {
    train(std::string("ratings.csv --method gibbs --samples 5 --burn-in 3 -s ") + threads);
    BOOST_TEST((read("model") == one), threads << " threads");
  }
}

BOOST_FIXTURE_TEST_CASE(predictions_and_lists_have_intervals, Choices) {
  train("ratings.csv --method gibbs -k 3 --samples 30 --burn-in 10");
  const Outcome eval = run("mf-eval model ratings.csv --predictions predictions.csv --json");
  const double coverage = json_number(eval.out, "interval_coverage");
  BOOST_TEST(coverage > 0.8);
  BOOST_TEST(json_number(eval.out, "mean_sd") > 0.0);
  const auto rows = lines("predictions.csv");
  BOOST_TEST(rows.front() == "user,item,rating,prediction,sd,p5,p95");
  BOOST_TEST(std::ranges::count(rows[1], ',') == 6);
  BOOST_TEST(run("mf-eval model ratings.csv").out.find("within 90 % intervals: ") !=
             std::string::npos);

  const Outcome lower = run("mf-recommend model --user 1 --rank-by lower:1 --format json");
  BOOST_TEST(lower.code == 0, lower.err);
  const double score = json_number(lower.out, "score"), rating = json_number(lower.out, "rating"),
               sd = json_number(lower.out, "sd");
  BOOST_TEST(sd > 0.0);
  BOOST_TEST(score < rating);
  BOOST_TEST(json_number(lower.out, "p5") < rating);
  BOOST_TEST(run("mf-recommend model --user 1 --rank-by upper:2").out.find("by rating + 2.00 sd") !=
             std::string::npos);
  const Outcome csv = run("mf-recommend model --user 1 --format csv");
  BOOST_TEST(csv.out.find("user,rank,id,score,rating,sd,p5,p95\n") == 0u, csv.out);
  BOOST_TEST(run("mf-model info model").out.find("by variances of rank ") != std::string::npos);

  train("ratings.csv --method gibbs -k 3 --samples 5 --burn-in 2 --variance-rank 0");
  const Outcome none = run("mf-recommend model --user 1 --rank-by lower:1");
  BOOST_TEST(none.code == 2);
  BOOST_TEST(none.err.find("train with --method gibbs") != std::string::npos, none.err);
}

BOOST_FIXTURE_TEST_CASE(folds_are_sampled_one_by_one, Choices) {
  const Outcome outcome =
      run("mf-train ratings.csv --method gibbs -k 2 --samples 10 --burn-in 5 --folds 2");
  BOOST_TEST(outcome.code == 0, outcome.err);
  BOOST_TEST(outcome.out.find("best epoch 15") != std::string::npos, outcome.out);
}

BOOST_FIXTURE_TEST_CASE(values_in_an_order_have_probabilities, Choices) {
  const auto log =
      train("ratings.csv --method gibbs --likelihood ordinal -k 2 --samples 20 --burn-in 10");
  BOOST_TEST(log.front().find("\"likelihood\":\"ordinal\"") != std::string::npos);
  const Outcome eval = run("mf-eval model ratings.csv --predictions predicted.csv");
  BOOST_TEST(eval.out.find("log loss of the values: ") != std::string::npos, eval.out);
  BOOST_TEST(json_number(run("mf-eval model ratings.csv --json").out, "log_loss") < 2.0);
  const auto predicted = lines("predicted.csv");
  BOOST_TEST(predicted.front().find("user,item,rating,prediction,sd,p5,p95,p_0.5,p_1,p_1.5,") == 0u,
             predicted.front());
  for (std::size_t row = 1; row < predicted.size(); row += 100) {
    std::istringstream fields(predicted[row]);
    double total = 0.0, mean = 0.0, expected = 0.0;
    int column = 0;
    for (std::string field; std::getline(fields, field, ','); ++column) {
      if (column == 3) expected = std::stod(field);
      if (column < 7) continue;
      total += std::stod(field);
      mean += std::stod(field) * 0.5 * (column - 6);
    }
    BOOST_TEST(column == 17);
    BOOST_TEST(total == 1.0, boost::test_tools::tolerance(1e-5));
    BOOST_TEST(mean == expected, boost::test_tools::tolerance(1e-4));
  }
  const Outcome info = run("mf-model info model");
  BOOST_TEST(info.out.find("probabilities of 0.5, 1, 1.5, ") != std::string::npos, info.out);
  BOOST_TEST(run("mf-model verify model").code == 0);
  const Outcome refused = run("mf-model export model -o text --format text");
  BOOST_TEST(refused.code == 2, refused.err);
  BOOST_TEST(refused.err.find("cutpoints") != std::string::npos, refused.err);
}

BOOST_FIXTURE_TEST_CASE(values_are_few, Choices) {
  std::string many = "user,item,rating\n";
  for (int n = 0; n < 200; ++n) {
    many += std::to_string(n % 20) + ',' + std::to_string(n / 20) + ',' + std::to_string(n) + '\n';
  }
  write("many.csv", many);
  const Outcome refused = run("mf-train many.csv --method gibbs --likelihood ordinal");
  BOOST_TEST(refused.code == 3);
  BOOST_TEST(refused.err.find("more than 64 distinct values") != std::string::npos, refused.err);

  train("ratings.csv --method gibbs --likelihood ordinal --samples 3 --burn-in 2");
  write("other.csv", "user,item,rating\nnobody,1,3.7\n");
  const Outcome other = run("mf-fold-in model other.csv -o next");
  BOOST_TEST(other.code == 3);
  BOOST_TEST(
      other.err.find("is 3.7; the model knows the values 0.5, 1, ..., 5") != std::string::npos,
      other.err);
}

BOOST_FIXTURE_TEST_CASE(options_of_other_methods_are_refused, Choices) {
  struct Case {
    std::string words, said;
  };
  for (const Case& c :
       std::vector<Case>{{"--method gibbs --epochs 5", "--epochs is for sgd"},
                         {"--method gibbs --learning-rate 0.1", "--learning-rate is for sgd"},
                         {"--method gibbs --seeds 3", "--seeds is for sgd"},
                         {"--method gibbs --loss absolute", "--loss is for sgd"},
                         {"--method gibbs --warm-start model", "--warm-start is for sgd"},
                         {"--method gibbs --relevant 4", "--relevant is for one-class feedback"},
                         {"--method gibbs --feedback one-class", "one-class feedback"},
                         {"--method gibbs -k 300", "rank of method gibbs is 300"},
                         {"--samples 5", "--samples is for Gibbs sampling; add --method gibbs"},
                         {"--no-links", "--no-links is for Gibbs sampling"},
                         {"--likelihood ordinal", "--likelihood is for Gibbs sampling"},
                         {"--method als --burn-in 5", "--burn-in is for Gibbs sampling"}}) {
    const Outcome outcome = run("mf-train ratings.csv " + c.words);
    BOOST_TEST(outcome.code == 2, c.words);
    BOOST_TEST(outcome.err.find(c.said) != std::string::npos, c.words << ": " << outcome.err);
  }
}

BOOST_AUTO_TEST_SUITE_END()
