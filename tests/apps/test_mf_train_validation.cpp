// SPDX-License-Identifier: MIT
//
// What mf-train holds out, how it judges by that, and when it stops.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <string>

#include "mfpar/model_file.hpp"
#include "ratings_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_train_validation)

BOOST_FIXTURE_TEST_CASE(training_stops_when_validation_no_longer_falls, Ratings) {
  // Without a penalty and with large steps the factors soon fit the noise.
  const auto log = train("-t 500 -r 0.3 --lambda-factors 0 --lambda-biases 0 --patience 3");
  BOOST_TEST(log.back().find("\"outcome\":\"patience\"") != std::string::npos);
  const auto epochs = events(log, "epoch");
  BOOST_TEST(epochs.size() < 400u);
  std::size_t best = 0;
  for (std::size_t i = 1; i < epochs.size(); ++i) {
    if (json_number(epochs[i], "valid_mse") < json_number(epochs[best], "valid_mse")) best = i;
  }
  BOOST_TEST(json_number(log.back(), "best_epoch") == static_cast<double>(best));
  BOOST_TEST(epochs.size() >= best + 4);
}

BOOST_FIXTURE_TEST_CASE(folds_are_reported_and_no_model_is_saved, Ratings) {
  const auto log = train("-t 3 --folds 4");
  const auto folds = events(log, "fold");
  BOOST_REQUIRE(folds.size() == 4u);
  double sum = 0, squares = 0, ratings = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    BOOST_TEST(json_number(folds[i], "fold") == static_cast<double>(i + 1));
    sum += json_number(folds[i], "valid_mse");
    ratings += json_number(folds[i], "ratings");
  }
  for (const auto& fold : folds) squares += std::pow(json_number(fold, "valid_mse") - sum / 4, 2);
  BOOST_TEST(ratings == json_number(log.front(), "training_ratings"));
  const auto summary = events(log, "folds");
  BOOST_REQUIRE(summary.size() == 1u);
  BOOST_TEST(std::abs(json_number(summary[0], "mean_mse") - sum / 4) < 1e-12);
  BOOST_TEST(std::abs(json_number(summary[0], "sd_mse") - std::sqrt(squares / 3)) < 1e-12);
  BOOST_TEST(files().size() == 2u);  // ratings.csv and log

  // More ratings, less error: in the mean, by the same epochs.
  const auto once = train("-t 3 --folds 4 --no-refit");
  BOOST_TEST(json_number(summary[0], "mean_mse") <
             json_number(events(once, "folds").front(), "mean_mse"));
}

BOOST_FIXTURE_TEST_CASE(what_is_held_out_can_be_chosen, Ratings) {
  const double ratings = count();
  const auto held_out = [&](const std::string& how) {
    const auto log = train("-t 1 " + how);
    const double part = json_number(log.front(), "validation_ratings");
    BOOST_TEST(json_number(log.front(), "training_ratings") + part == ratings, how);
    BOOST_TEST(std::isnan(json_number(events(log, "epoch").back(), "valid_mse")) == (part == 0),
               how);
    return part;
  };
  BOOST_TEST(held_out("--valid-fraction 0") == 0);
  BOOST_TEST(held_out("--valid-fraction 0.25") == std::round(ratings / 4));
  std::map<std::string, double> rated;
  for (const std::string& line : lines("ratings.csv")) ++rated[line.substr(0, line.find(','))];
  double fifths = 0;
  for (const auto& [user, count] : rated) fifths += std::max(1.0, std::round(count / 5));
  BOOST_TEST(held_out("--split-by-user 0.2") == fifths);
  BOOST_TEST(held_out("--split-by-user 0.001") == kUsers);    // one of each
  BOOST_TEST(held_out("--split-last 2") == 2 * kUsers);       // each has more than two
  BOOST_TEST(held_out("--split-time 900") == ratings - 900);  // timestamps count from 0
}

BOOST_FIXTURE_TEST_CASE(without_validation_the_number_of_epochs_is_fixed, Ratings) {
  struct {
    const char* options;
    std::size_t epochs;
  } const rows[] = {
      {"--valid-fraction 0", 15},
      {"--eval-every 0", 15},
      {"--valid-fraction 0 --loss absolute", 15},
      {"--valid-fraction 0 -t 20", 20},
      {"--valid-fraction 0 -t 60", 60},
      {"--eval-every 0 -t 3", 3},
      {"--valid-fraction 0 --no-biases", 60},
      {"--split-last 1 --patience 0", 60},
      {"--patience 0", 60},
      {"-p ratings.csv --patience 0", 60},
  };
  for (const auto& row : rows) {
    const Outcome outcome =
        run(std::string("mf-train ratings.csv -k 4 --log-json log ") + row.options);
    BOOST_REQUIRE_MESSAGE(outcome.code == 0, row.options << outcome.err);
    const auto epochs = events(lines("log"), "epoch");
    BOOST_TEST(json_number(epochs.back(), "epoch") == static_cast<double>(row.epochs), row.options);
    const bool told =
        outcome.err.find("15 epochs, which suit the default options") != std::string::npos;
    BOOST_TEST(told == (row.epochs == 15), row.options);
  }
}

BOOST_FIXTURE_TEST_CASE(a_validation_file_may_bring_new_users_and_items, Ratings) {
  write("valid.csv", text.substr(0, text.find('\n') + 1) + "new user,1,4,0\n2,new item,2,0\n");
  const Outcome outcome = run("mf-train ratings.csv -k 4 -t 2 -p valid.csv --log-json log");
  BOOST_TEST(outcome.code == 0);
  BOOST_TEST(json_number(lines("log").front(), "validation_ratings") == 3);
  BOOST_TEST(std::isfinite(json_number(lines("log").back(), "best_epoch")));
  BOOST_TEST(outcome.err.find("warning: 1 validation ratings are of (user, item) pairs that are "
                              "trained on") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_an_earlier_model_was_trained_on_tells_nothing, Ratings) {
  const auto warnings_after = [&](const std::string& earlier, const std::string& next) {
    train("-t 6 -o first " + earlier);
    const Outcome outcome = run("mf-train ratings.csv -t 1 -o next --warm-start first " + next);
    BOOST_TEST(outcome.code == 0, outcome.err);
    const std::size_t at = outcome.err.find(" validation ratings were trained on by first");
    return at == std::string::npos ? "" : outcome.err.substr(0, at).substr(at - 20);
  };
  const std::string held_out = std::to_string(static_cast<int>(std::round(count() / 10)));
  BOOST_TEST(warnings_after("", "").ends_with(held_out + " of the " + held_out));
  BOOST_TEST(warnings_after("--no-refit", "") == "");
  BOOST_TEST(warnings_after("", "--valid-fraction 0") == "");
  BOOST_TEST(warnings_after("--split-last 2", "--split-last 2") == "");
}

// A share that nobody asked to keep apart is learnt from in the end, and the model says how.
BOOST_FIXTURE_TEST_CASE(what_was_held_out_is_learnt_from_in_the_end, Ratings) {
  const auto trained = [&](const std::string& arguments) {
    train("-k 4 -t 5 --deterministic -o model " + arguments);
    return load_model(path_of("model"));
  };
  const FactorModel again = trained(""), kept = trained("--no-refit"),
                    all = trained("--valid-fraction 0"), last = trained("--split-last 1");
  const TrainingRecord &record = again.parts().record, &judged = kept.parts().record;
  BOOST_TEST(std::ranges::equal(again.parts().items.factors, all.parts().items.factors));
  BOOST_TEST(std::ranges::equal(again.parts().trained.items, all.parts().trained.items));
  BOOST_TEST(again.parts().held_out.items.empty());
  BOOST_TEST(record.fingerprint == all.parts().record.fingerprint);
  BOOST_TEST(record.judged_ratings == judged.ratings);
  BOOST_TEST(record.judged_fingerprint == judged.fingerprint);
  BOOST_TEST(record.best_epoch == judged.best_epoch);
  BOOST_TEST(record.best_report().valid_error == judged.best_report().valid_error);
  for (const FactorModel* const model : {&kept, &all, &last}) {
    BOOST_TEST(model->parts().record.judged_ratings == 0u);
  }
  BOOST_TEST(!last.parts().held_out.items.empty(), "what somebody asked to keep apart is");

  const auto refitted = [&](const std::string& arguments) {
    return train("-k 4 -t 5 -o model " + arguments).back().find("\"refitted\":true") !=
           std::string::npos;
  };
  BOOST_TEST(!refitted("--no-refit"));
  BOOST_TEST(!refitted("--split-last 1"));
  BOOST_TEST(refitted(""));
  const double held_out = count() - static_cast<double>(judged.ratings);
  const std::string report = run("mf-model info model").out;
  const std::string words = std::to_string(static_cast<int>(held_out)) + " were held out";
  BOOST_TEST(report.find(words) != std::string::npos, report);
  const std::string json = run("mf-model info model --json").out;
  BOOST_TEST(json_number(json, "ratings") - json_number(json, "judged_ratings") == held_out);
}

BOOST_FIXTURE_TEST_CASE(evaluation_can_be_made_cheaper, Ratings) {
  const auto second = events(train("-t 5 --eval-every 2"), "epoch");
  for (const int evaluated : {2, 4, 5}) {
    for (const auto& line : second) {
      if (json_number(line, "epoch") == evaluated) {
        BOOST_TEST(std::isfinite(json_number(line, "valid_mse")));
      }
    }
  }
  for (const auto& line : second) {
    const double epoch = json_number(line, "epoch");
    if (epoch == 1 || epoch == 3) BOOST_TEST(std::isnan(json_number(line, "valid_mse")));
  }
  const auto exact = events(train("-t 3 --deterministic"), "epoch");
  const auto running = events(train("-t 3 --deterministic --train-mse running"), "epoch");
  const auto sample = events(train("-t 3 --deterministic --train-mse sample:300"), "epoch");
  const auto all = events(train("-t 3 --deterministic --train-mse sample:1000000"), "epoch");
  for (std::size_t i = 1; i <= 3; ++i) {
    const double mse = json_number(exact[i], "train_mse");
    // Errors seen before their updates are larger than those after them.
    BOOST_TEST(json_number(running[i], "train_mse") > mse);
    BOOST_TEST(json_number(sample[i], "train_mse") != mse);
    BOOST_TEST(std::abs(json_number(sample[i], "train_mse") - mse) < 0.3 * mse);
    BOOST_TEST(std::abs(json_number(all[i], "train_mse") - mse) < 1e-9);
    // How training is watched does not change it.
    BOOST_TEST(json_number(running[i], "valid_mse") == json_number(exact[i], "valid_mse"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
