// SPDX-License-Identifier: MIT
//
// mf-eval as its users see it, on models that mf-train made.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include "mfpar/decimal.hpp"
#include "mfpar/model_file.hpp"
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

BOOST_FIXTURE_TEST_CASE(pairs_without_ratings_are_predicted, Trained) {
  const FactorModel model = load_model(path("a.model"));
  const auto expected = [&](const std::string& user, const std::string& item) {
    return shortest_decimal(model.predict(model.users().find(user), model.items().find(item)));
  };
  const std::string plain = "user,item,prediction\n3,7," + expected("3", "7") + "\n140,2," +
                            expected("140", "2") + "\nstranger,9," + expected("stranger", "9") +
                            "\n3,9," + expected("3", "9") + '\n';
  const struct {
    std::string arguments, input;
  } forms[] = {
      {"", "userId,movieId\n3,7\n140,2\nstranger,9\n3,9\n"},
      {"", "3,7\n140,2\nstranger,9\n3,9\n"},
      {"", "3\t7\n140\t2\nstranger\t9\n3\t9\n"},
      {"", "3 7\n140 2\nstranger 9\n3 9\n"},
      {"", "3::7\n140::2\nstranger::9\n3::9\n"},
      {"", "user;item\r\n3;7\r\n140;2\r\nstranger;9\r\n3;9\r\n"},
      {"", "\xEF\xBB\xBFmovieId,userId\n7,3\n2,140\n9,stranger\n9,3\n"},
      {"", "\"user\",\"item\"\n\"3\",\"7\"\n\"140\",\"2\"\n\"stranger\",\"9\"\n3,9\n"},
      {"", "user,item,rating\n3,7,?\n140,2,?\nstranger,9,?\n3,9,?\n"},
      {"", "user,item,rating\n3,7,\n140,2,\nstranger,9,\n3,9,\n"},
      {"", "user,item,rating\n3,7,NA\n140,2,NaN\nstranger,9,null\n3,9,\n"},
      {"", "rating,user,item\n,3,7\n,140,2\n,stranger,9\n,3,9\n"},
      {"", "3,7,?\n140,2,?\nstranger,9,?\n3,9,?\n"},
      {"",
       "user,item,rating,timestamp\n3,7,,964982703\n140,2,,964981247\nstranger,9,,964982224\n"
       "3,9,,964983815\n"},
      {"",
       "userId,movieId,timestamp\n3,7,964982703\n140,2,964981247\nstranger,9,964982224\n"
       "3,9,964983815\n"},
      {"--columns user=who,item=what", "what,who\n7,3\n2,140\n9,stranger\n9,3\n"},
      {"--columns user=2,item=1 --no-header", "7,3\n2,140\n9,stranger\n9,3\n"},
      {"--delimiter |", "3|7\n140|2\nstranger|9\n3|9\n"}};
  for (const auto& form : forms) {
    write("pairs", form.input);
    const Outcome outcome = run("mf-eval a.model pairs --predictions out.csv " + form.arguments);
    BOOST_TEST(outcome.code == 0, form.input + outcome.err);
    BOOST_TEST_REQUIRE((outcome.code == 0));
    BOOST_TEST(read("out.csv") == plain, form.input);
    BOOST_TEST(outcome.out == "out.csv: 4 predictions, 4 of pairs without a rating\n", form.input);
    const Outcome piped =
        run("mf-eval a.model - --predictions piped.csv " + form.arguments, form.input);
    BOOST_TEST(piped.code == 0, form.input + piped.err);
    BOOST_TEST(read("piped.csv") == plain, form.input);
    // Without --predictions, the message says how.
    const Outcome without = run("mf-eval a.model pairs " + form.arguments);
    BOOST_TEST(without.code != 0, form.input);
    BOOST_TEST(
        without.err.find("--predictions FILE predicts for users and items without a rating") !=
            std::string::npos,
        form.input + without.err);
  }
}

BOOST_FIXTURE_TEST_CASE(pairs_with_some_ratings_are_predicted_and_evaluated, Trained) {
  std::string some, rated;
  int n = 0;
  std::istringstream input(valid);
  for (std::string line; std::getline(input, line);) {
    const std::string all = line.substr(0, line.rfind(','));
    rated += ++n % 3 == 0 ? "" : all + '\n';
    some += (n % 3 == 0 ? all.substr(0, all.rfind(',') + 1) + "?" : all) + '\n';
  }
  write("some.csv", some);
  write("rated.csv", rated);
  const Outcome outcome = run("mf-eval a.model some.csv --json --predictions out.csv");
  BOOST_TEST(outcome.code == 0, outcome.err);
  BOOST_TEST(outcome.out == json("rated.csv"));
  BOOST_TEST(lines("out.csv").front() == "user,item,rating,prediction");
  BOOST_TEST(lines("out.csv").size() == static_cast<std::size_t>(n) + 1);
  const std::string third = lines("out.csv").at(3);
  BOOST_TEST(third.find(",,") != std::string::npos, third);
}

BOOST_FIXTURE_TEST_CASE(other_faults_of_pairs_are_told_as_they_are, Trained) {
  for (const auto& [input, words] :
       {std::pair("1,2,3\n4,x,y\n4,5,6\n", "standard input:2:5: rating \"y\" is not a number"),
        {"1,2,3\n4,5\n", "standard input:2:"},
        {"", "standard input"},
        {"1\n2\n", "standard input"},
        {",7\n3,9\n", "standard input"}}) {
    const Outcome outcome = run("mf-eval a.model - --predictions out.csv", input);
    BOOST_TEST(outcome.code == 3, input + outcome.err);
    BOOST_TEST(outcome.err.find(words) != std::string::npos, outcome.err);
    BOOST_TEST(outcome.err.find("/proc") == std::string::npos, outcome.err);
  }
}

BOOST_FIXTURE_TEST_CASE(ratings_of_another_scale_are_warned_of, Trained) {
  const std::pair<const char*, const char*> cases[] = {
      {"1,2,80\n3,4,90\n5,6,100\n",
       "3 ratings (80, ...) outside the range of those trained on, 0.5 to 5; is it the same "
       "scale?"},
      {"1,2,80\n3,4,3\n", "1 rating (80) outside the range of those trained on, 0.5 to 5"},
      {"1,2,0\n3,4,3\n5,6,1\n", "1 rating (0) outside the range"},
      {"1,2,-1\n3,4,3\n5,6,1\n", "1 rating (-1) outside the range"},
      {"1,2,5\n3,4,0.5\n5,6,1\n", ""}};
  for (const auto& [input, words] : cases) {
    for (const char* arguments : {"", " --json", " --predictions out.csv"}) {
      const Outcome outcome = run(std::string("mf-eval a.model -") + arguments, input);
      BOOST_TEST(outcome.code == 0, outcome.err);
      const bool warns = outcome.err.find("outside the range") != std::string::npos;
      BOOST_TEST(warns == (*words != 0), input + outcome.err);
      BOOST_TEST(outcome.err.find(words) != std::string::npos, input + outcome.err);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
