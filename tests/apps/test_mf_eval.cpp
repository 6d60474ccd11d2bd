// SPDX-License-Identifier: MIT
//
// mf-eval as its users see it, on models that mf-train made.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include "rating_fixtures.hpp"
#include "test_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_eval)

namespace {

/// A model, the ratings it was trained on and others it has not seen.
struct Trained : TestFolder {
  Trained() {
    std::istringstream all(text_of(random_store({.users = 150, .items = 40, .density = 0.5})));
    std::string training;
    int n = 0;
    for (std::string line; std::getline(all, line);) {
      (++n % 5 == 0 ? valid : training) += line + '\n';
    }
    write("training.csv", training);
    write("valid.csv", valid);
    const Outcome outcome =
        run("mf-train training.csv -p valid.csv -k 4 -t 8 --log-json log -o a.model");
    BOOST_REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
  }

  std::string json(const std::string& ratings) const {
    const Outcome outcome = run("mf-eval a.model " + ratings + " --json");
    BOOST_REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
    BOOST_TEST(std::count(outcome.out.begin(), outcome.out.end(), '\n') == 1);
    return outcome.out;
  }

  std::string valid;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(training_and_evaluation_agree, Trained) {
  const auto log = lines("log");
  const auto best = static_cast<std::size_t>(json_number(log.back(), "best_epoch"));
  const double expected = json_number(events(log, "epoch").at(best), "valid_mse");
  const std::string found = json("valid.csv");
  // Both sum over the same predictions, in single precision each, in another order.
  BOOST_TEST(std::abs(json_number(found, "mse") - expected) < 1e-5 * expected);
  BOOST_TEST(std::abs(json_number(found, "rmse") - std::sqrt(expected)) < 1e-5);
  BOOST_TEST(json_number(found, "mae") < json_number(found, "rmse"));
  BOOST_TEST(json_number(found, "count") ==
             static_cast<double>(std::count(valid.begin(), valid.end(), '\n')));
  BOOST_TEST(json_number(found, "trained_on") == 0);
  BOOST_TEST(json_number(found, "coverage") == 1);
  // The planted interaction is what biases cannot tell, and biases tell more than the mean.
  BOOST_TEST(json_number(found, "mse") < json_number(found, "baseline_bias_mse"));
  BOOST_TEST(json_number(found, "baseline_bias_mse") < json_number(found, "baseline_mean_mse"));
}

BOOST_FIXTURE_TEST_CASE(new_users_and_items_are_counted_separately, Trained) {
  write("mixed.csv",
        valid + "stranger,1,4,0\nstranger,2,1,0\n1,new film,3,0\nstranger,new film,2,0\n");
  const std::string found = json("mixed.csv");
  const auto count_in = [&](const std::string& group) {
    return json_number(found.substr(found.find('"' + group + "\":{")), "count");
  };
  const auto known = static_cast<double>(std::count(valid.begin(), valid.end(), '\n'));
  BOOST_TEST(json_number(found, "count") == known + 4);
  BOOST_TEST(count_in("known") == known);
  BOOST_TEST(count_in("cold_user") == 2);
  BOOST_TEST(count_in("cold_item") == 1);
  BOOST_TEST(count_in("cold_both") == 1);
}

BOOST_FIXTURE_TEST_CASE(ratings_that_were_trained_on_are_warned_of, Trained) {
  const Outcome fresh = run("mf-eval a.model valid.csv");
  BOOST_TEST(fresh.code == 0);
  BOOST_TEST(fresh.err == "");
  const Outcome itself = run("mf-eval a.model training.csv");
  BOOST_TEST(itself.code == 0);
  BOOST_TEST(itself.err.find("the set that the model was trained on") != std::string::npos);
  write("part.csv", lines("training.csv").front() + "\n" + valid);
  const Outcome part = run("mf-eval a.model part.csv");
  BOOST_TEST(part.code == 0);
  BOOST_TEST(part.err.find("the model was trained on 1 of these") != std::string::npos, part.err);
}

BOOST_FIXTURE_TEST_CASE(the_errors_are_those_of_the_predictions, Trained) {
  const Outcome outcome = run("mf-eval a.model - --json --predictions out.csv", valid);
  BOOST_TEST(outcome.code == 0);
  const auto predictions = lines("out.csv");
  std::istringstream input(valid);
  BOOST_TEST(predictions.front() == "user,item,rating,prediction");
  double squares = 0;
  std::size_t n = 0;
  for (std::string line; std::getline(input, line);) {
    // "user,item,rating,time" of the input, in its order; the time is left out.
    const std::string expected = line.substr(0, line.rfind(',') + 1);
    const std::string& found = predictions.at(++n);
    BOOST_TEST(found.starts_with(expected));
    const double prediction = std::stod(found.substr(expected.size()));
    const std::size_t rating = expected.rfind(',', expected.size() - 2) + 1;
    BOOST_TEST(prediction >= 0.5);
    BOOST_TEST(prediction <= 5.0);
    squares += std::pow(prediction - std::stod(expected.substr(rating)), 2);
  }
  BOOST_TEST(predictions.size() == n + 1);
  const double mse = squares / static_cast<double>(n);
  BOOST_TEST(std::abs(json_number(outcome.out, "mse") - mse) < 1e-5 * mse);
}

BOOST_AUTO_TEST_SUITE_END()
