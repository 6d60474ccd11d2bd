// SPDX-License-Identifier: MIT
//
// mf-train as its users see it: what it prints, logs and saves.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "ratings_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_train)

namespace {

std::string fixed5(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.5f", x);
  return text;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(every_epoch_is_reported_and_the_model_saved, Ratings) {
  const Outcome outcome = run("mf-train ratings.csv -k 4 -t 5 --log-json log");
  BOOST_TEST(outcome.code == 0);
  const std::vector<std::string> log = lines("log");
  BOOST_REQUIRE(log.size() == 8u);
  BOOST_TEST(events({log.front()}, "start").size() == 1u);
  BOOST_TEST(events({log.back()}, "end").size() == 1u);
  BOOST_TEST(json_number(log.back(), "best_epoch") == 5);
  BOOST_TEST(log.back().find("\"outcome\":\"epochs\"") != std::string::npos);

  const double ratings = count();
  const double held_out = json_number(log.front(), "validation_ratings");
  BOOST_TEST(held_out == std::round(ratings / 10));
  BOOST_TEST(json_number(log.front(), "training_ratings") == ratings - held_out);
  BOOST_TEST(outcome.err.find("held out for validation: a random 0.1") != std::string::npos);

  // The table says what the log says, an epoch a row, under a line of headings.
  std::istringstream table(outcome.out);
  std::string row;
  std::getline(table, row);
  BOOST_TEST(row.find("train MSE   valid MSE") != std::string::npos);
  double elapsed = json_number(log.front(), "seconds");
  for (int epoch = 0; epoch <= 5; ++epoch) {
    const std::string& line = log[static_cast<std::size_t>(epoch) + 1];
    BOOST_TEST(json_number(line, "epoch") == epoch);
    BOOST_TEST(json_number(line, "elapsed") > elapsed);
    elapsed = json_number(line, "elapsed");
    const double mse = json_number(line, "valid_mse");
    BOOST_TEST(std::abs(json_number(line, "valid_rmse") - std::sqrt(mse)) < 1e-12);
    std::getline(table, row);
    std::istringstream words(row);
    std::string number, train_mse, valid_mse;
    words >> number >> train_mse >> valid_mse;
    BOOST_TEST(number == std::to_string(epoch));
    BOOST_TEST(train_mse == fixed5(json_number(line, "train_mse")));
    BOOST_TEST(valid_mse == fixed5(mse));
  }
  BOOST_TEST(json_number(log.back(), "seconds") > elapsed);
  std::getline(table, row);
  BOOST_TEST(row == "learnt once more from all ratings, those held out too, in 5 epochs");
  std::getline(table, row);
  BOOST_TEST(row.starts_with("ratings.csv.model: the model of epoch 5, saved"));
  BOOST_TEST(json_number(log[6], "valid_mse") < 0.75 * json_number(log[1], "valid_mse"));

  const auto all = files();
  BOOST_TEST(all.size() == 3u);
  BOOST_TEST(all.contains("ratings.csv.model"));
  BOOST_TEST(all.at("ratings.csv") == text);
}

BOOST_FIXTURE_TEST_CASE(quiet_says_nothing, Ratings) {
  const Outcome outcome = run("mf-train ratings.csv -k 4 -t 2 -q");
  BOOST_TEST(outcome.code == 0);
  BOOST_TEST(outcome.out == "");
  BOOST_TEST(outcome.err == "");
  BOOST_TEST(files().contains("ratings.csv.model"));
}

BOOST_FIXTURE_TEST_CASE(blocks_give_the_same_bytes_for_any_number_of_threads, Ratings) {
  train("-t 4 --deterministic -s 1 -o one");
  const auto history = events(lines("log"), "epoch");
  for (const char* threads : {"2", "3", "16"}) {
    train(std::string("-t 4 --schedule blocks -o other -s ") + threads);
    const auto other = events(lines("log"), "epoch");
    BOOST_REQUIRE(other.size() == history.size());
    for (std::size_t i = 0; i < history.size(); ++i) {
      BOOST_TEST(json_number(other[i], "valid_mse") == json_number(history[i], "valid_mse"));
    }
    BOOST_TEST((read("other") == read("one")), threads << " threads");
  }
  train("-t 4 --deterministic -o other --seed 2");
  BOOST_TEST((read("other") != read("one")));
}

BOOST_FIXTURE_TEST_CASE(any_source_of_the_same_ratings_gives_the_same_model, Ratings) {
  const std::string how = " -k 4 -t 2 -q --deterministic -o ";
  BOOST_TEST(run("mf-train ratings.csv" + how + "file").code == 0);
  BOOST_TEST(run("mf-train -" + how + "input", text).code == 0);
  std::string reordered = "\xEF\xBB\xBFwhen;film;stars;who\r\n";
  for (const std::string& line : lines("ratings.csv")) {
    std::istringstream fields(line);
    std::string user, item, value, time;
    std::getline(fields, user, ',');
    std::getline(fields, item, ',');
    std::getline(fields, value, ',');
    std::getline(fields, time, ',');
    reordered += time + ";\"" + item + "\";" + value + ";" + user + "\r\n";
  }
  write("others", reordered);
  BOOST_TEST(
      run("mf-train others --columns user=who,item=film,rating=stars" + how + "named").code == 0);
  BOOST_TEST((read("input") == read("file")));
  BOOST_TEST((read("named") == read("file")));
}

BOOST_FIXTURE_TEST_CASE(training_goes_on_from_an_earlier_model, Ratings) {
  const auto first = events(train("-t 6 -o first --no-refit"), "epoch");
  const auto next = events(train("-t 2 -o next --warm-start first"), "epoch");
  // The same ratings are held out, so the new run begins where the other ended; ratings are scaled
  // into training's units and back, which may round.
  const double reached = json_number(first.back(), "valid_mse");
  BOOST_TEST(std::abs(json_number(next.front(), "valid_mse") - reached) < 1e-4 * reached);
  BOOST_TEST(json_number(next.back(), "valid_mse") < reached);
}

BOOST_FIXTURE_TEST_CASE(every_choice_of_learning_learns, Ratings) {
  for (const char* how :
       {"--no-biases", "--penalty per-rating --lambda-factors 0.05 --lambda-biases 0.02",
        "--penalty square-root", "--penalty total", "--step-rule sgd -r 0.02",
        "--step-rule sgd -r 0.02 --rate-schedule exponential --decay 0.95",
        "--step-rule sgd -r 0.04 --rate-schedule inverse-sqrt",
        "--step-rule sgd -r 0.04 --rate-schedule cosine", "--schedule hogwild -s 3",
        "--schedule blocks -s 3", "--kernel baseline", "--init-scale 0.1", "-k 1", "-k 33"}) {
    const auto epochs = events(train(std::string("-t 12 ") + how), "epoch");
    const double before = json_number(epochs.front(), "train_mse");
    const double after = json_number(epochs.back(), "train_mse");
    BOOST_TEST(after < 0.75 * before, how << ": from " << before << " to " << after);
  }
}

BOOST_FIXTURE_TEST_CASE(seeds_are_averaged_in_one_model, Ratings) {
  const Outcome outcome = run(
      "mf-train ratings.csv -k 4 -t 5 --patience 0 --seeds 3 --seed 11 --deterministic -o model "
      "--log-json log");
  BOOST_TEST(outcome.code == 0, outcome.err);
  const auto log = lines("log"), epochs = events(log, "epoch"), average = events(log, "average");
  BOOST_REQUIRE(epochs.size() == 18u);
  BOOST_REQUIRE(average.size() == 1u);
  double worst = 0.0;
  for (std::size_t row = 0; row < 18; ++row) {
    BOOST_TEST(json_number(epochs[row], "seed") == 11.0 + std::floor(static_cast<double>(row) / 6));
    if (row % 6 == 5) worst = std::max(worst, json_number(epochs[row], "valid_mse"));
  }
  const double mse = json_number(average[0], "valid_mse");
  BOOST_TEST(mse < worst);
  for (const char* const words : {"\nseed 11\n    0 ", "\nseed 13\n    0 ", "\n mean ",
                                  " epochs of each seed\n", "model: the mean of seeds, of rank "}) {
    BOOST_TEST(outcome.out.find(words) != std::string::npos, words << outcome.out);
  }
  const std::string info = run("mf-model info model").out;
  BOOST_TEST(info.find("of the best of 3 trainings averaged") != std::string::npos, info);
  BOOST_TEST(json_number(run("mf-model info model --json").out, "valid_mse") == mse);
  for (const char* const use :
       {"mf-eval model ratings.csv", "mf-recommend model --user 3 --top 3",
        "mf-recommend model 10=4 11=1 --top 3", "mf-model verify model",
        "mf-train ratings.csv -k 4 -t 3 --seeds 2 --feedback both -q -o both"}) {
    BOOST_TEST(run(use).code == 0, use);
  }
}

BOOST_FIXTURE_TEST_CASE(an_interrupted_training_saves_what_it_has, Ratings) {
  const auto process = start("mf-train ratings.csv -k 4 -t 1000000 --patience 0 --log-json log");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (process->out_so_far().find("\n    1 ") == std::string::npos) {
    BOOST_REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  process->signal(SIGINT);
  const Outcome outcome = process->wait();
  BOOST_TEST(outcome.code == 130);
  BOOST_TEST(outcome.out.find("interrupted; ratings.csv.model: the model of epoch ") !=
             std::string::npos);
  BOOST_TEST(lines("log").back().find("\"outcome\":\"interrupted\"") != std::string::npos);
  BOOST_TEST(run("mf-eval ratings.csv.model ratings.csv").code == 0);
}

BOOST_AUTO_TEST_SUITE_END()
