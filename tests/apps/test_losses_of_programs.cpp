// SPDX-License-Identifier: MIT
//
// --loss from training to lists, as users of the programs see it.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <regex>
#include <string>

#include "rating_fixtures.hpp"
#include "test_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_losses_of_programs)

namespace {

/// Ratings, and the same as labels 0 and 1 and as -1 and 1.
struct WithLabels : TestFolder {
  WithLabels() {
    write("ratings.csv", text_of(random_store({.users = 150, .items = 40, .density = 0.5})));
    const std::string labels =
        text_of(random_store({.users = 150, .items = 40, .density = 0.5, .labels = true}));
    write("labels.csv", labels);
    // user,item,label,time
    const std::string signs = std::regex_replace(labels, std::regex(",0(,[0-9]+\n)"), ",-1$1");
    write("signs.csv", signs);
  }

  std::string done(const std::string& command) const {
    const Outcome outcome = run(command);
    BOOST_REQUIRE_MESSAGE(outcome.code == 0, command << ": " << outcome.err);
    return outcome.out;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(labels_are_learnt_and_judged, WithLabels) {
  for (const char* schedule : {"hogwild", "blocks"}) {
    const std::string table = done(std::string("mf-train labels.csv --loss logistic -k 4 -t 20 ") +
                                   "--log-json log -o l.model --schedule " + schedule);
    BOOST_TEST(table.find("train log loss") != std::string::npos);
    BOOST_TEST(table.find("RMSE") == std::string::npos);
    const auto log = lines("log");
    BOOST_TEST(log.front().find("\"loss\":\"logistic\",\"metric\":\"log_loss\"") !=
               std::string::npos);
    const auto epochs = events(log, "epoch");
    BOOST_TEST(json_number(epochs.back(), "train_log_loss") <
               0.9 * json_number(epochs.front(), "train_log_loss"));
    BOOST_TEST(epochs.back().find("valid_rmse") == std::string::npos);

    const std::string found = done("mf-eval l.model labels.csv --json");
    BOOST_TEST(json_number(found, "log_loss") < json_number(found, "baseline_bias_log_loss"));
    BOOST_TEST(json_number(found, "log_loss") > 0.0);
    BOOST_TEST(json_number(found, "accuracy") > 0.75);
    BOOST_TEST(json_number(found, "auc") > 0.8);
    BOOST_TEST(json_number(found, "auc") <= 1.0);
    BOOST_TEST(found.find("mse") == std::string::npos);
  }
  BOOST_TEST(done("mf-eval l.model labels.csv").find("accuracy") != std::string::npos);
  BOOST_TEST(done("mf-model info l.model").find("logistic") != std::string::npos);
}

// Every further loss, from training to evaluation, fold-in and lists, under its own metric.
BOOST_FIXTURE_TEST_CASE(further_losses_go_through_all_programs, WithLabels) {
  struct {
    const char *loss, *ratings, *metric, *title;
  } const cases[] = {{"huber:0.5", "ratings.csv", "huber_loss", "Huber loss"},
                     {"poisson", "ratings.csv", "kl_divergence", "KL divergence"},
                     {"hinge", "signs.csv", "hinge_loss", "hinge loss"},
                     {"squared-hinge", "labels.csv", "squared_hinge_loss", "squared hinge loss"}};
  for (const auto& one : cases) {
    const std::string loss(one.loss), ratings(one.ratings), metric(one.metric);
    const std::string table = done("mf-train " + ratings + " --loss " + loss +
                                   " -k 4 -t 15 --log-json log -o a.model --report a.html");
    BOOST_TEST(table.find("valid " + std::string(one.title)) != std::string::npos, table);
    const auto log = lines("log");
    BOOST_TEST(log.front().find("\"loss\":\"" + loss + "\",\"metric\":\"" + metric + '"') !=
               std::string::npos);
    const auto epochs = events(log, "epoch");
    BOOST_TEST(json_number(epochs.back(), "train_" + metric) <
               json_number(epochs.front(), "train_" + metric));
    const std::string found = done("mf-eval a.model " + ratings + " --json");
    BOOST_TEST(json_number(found, metric) < json_number(found, "baseline_mean_" + metric));
    BOOST_TEST(done("mf-eval a.model " + ratings).find(one.title) != std::string::npos);
    BOOST_TEST(done("mf-model info a.model").find(loss) != std::string::npos);
    BOOST_TEST(done("mf-recommend a.model --user 3 --top 2").size() > 0u);
    done("mf-fold-in a.model " + ratings + " -o b.model");
  }
}

// What goes for trainings by squares goes for all: folds, steps without accumulators, what was cut
// off, the same bytes again, and the search for options.
BOOST_FIXTURE_TEST_CASE(every_loss_is_trained_in_every_way, WithLabels) {
  const struct {
    std::string options, ratings, title;
  } cases[] = {{"--loss squared --nonnegative --no-biases", "ratings.csv", "MSE"},
               {"--loss squared --l1-factors 0.02", "ratings.csv", "MSE"},
               {"--loss absolute", "ratings.csv", "MAE"},
               {"--loss huber:0.5", "ratings.csv", "Huber loss"},
               {"--loss poisson", "ratings.csv", "KL divergence"},
               {"--loss logistic", "labels.csv", "log loss"},
               {"--loss hinge", "signs.csv", "hinge loss"},
               {"--loss squared-hinge --nonnegative", "labels.csv", "squared hinge loss"}};
  for (const auto& [options, ratings, title] : cases) {
    BOOST_TEST_CONTEXT(options) {
      const std::string train = "mf-train " + ratings + " " + options + " -k 4 -t 4 ";
      BOOST_TEST(done(train + "--folds 2").find("mean " + title) != std::string::npos);
      for (const char* rule : {"sgd", "adagrad"}) {
        const std::string again = train + "--deterministic --seeds 2 --step-rule " + rule;
        done(again + " -s 1 -o one.model");
        done(again + " -s 3 -o three.model");
        BOOST_TEST((read("one.model") == read("three.model")), rule);
      }
      const std::string kept = train + "--deterministic --checkpoint ck --resume";
      done(kept + " --checkpoint-every 1 -o one.model");
      done(kept + " -o three.model");
      BOOST_TEST((read("one.model") == read("three.model")));
      std::filesystem::remove_all(path("ck"));
      const std::string tuned =
          done("mf-tune " + ratings + " " + options + " -k 4 -t 3 --trials 2 -o tuned.conf");
      BOOST_TEST(tuned.find(title) != std::string::npos, tuned);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(zeros_are_counted_wherever_a_model_is_told, WithLabels) {
  const std::string table = done(
      "mf-train ratings.csv --nonnegative --l1-factors 0.01,0.05 -k 6 -t 15 --deterministic "
      "--log-json log -o a.model --report a.html");
  BOOST_TEST(table.find("zeros among the factors: ") != std::string::npos, table);
  const auto log = lines("log");
  BOOST_TEST(log.front().find("\"l1-factors\":\"0.01,0.05\"") != std::string::npos);
  const std::string end = events(log, "end").back();
  BOOST_TEST(end.find("\"zero_factors\":{\"users\":0.") != std::string::npos, end);
  BOOST_TEST(read("a.html").find("factors are zero") != std::string::npos);
  BOOST_TEST(done("mf-model info a.model").find("not negative; zero are ") != std::string::npos);
  BOOST_TEST(done("mf-model info a.model --json").find("\"nonnegative\":true") !=
             std::string::npos);
}

// The values of labels make no difference but in the files.
BOOST_FIXTURE_TEST_CASE(labels_of_minus_one_and_one_are_the_same_labels, WithLabels) {
  std::string judged[2];
  for (const int n : {0, 1}) {
    const std::string name = n == 0 ? "labels" : "signs";
    done("mf-train " + name + ".csv --loss logistic -k 4 -t 5 --deterministic -o " + name +
         ".model");
    judged[n] = done("mf-eval " + name + ".model " + name + ".csv --json");
  }
  for (const char* key : {"log_loss", "accuracy", "auc"}) {
    BOOST_TEST(json_number(judged[0], key) == json_number(judged[1], key), key);
  }
  const Outcome mixed = run("mf-eval labels.model signs.csv");
  BOOST_TEST(mixed.code == 3);
  BOOST_TEST(mixed.err.find("the model was trained on the labels 0 and 1") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(absolute_errors_are_learnt_and_judged, WithLabels) {
  done("mf-train ratings.csv --loss absolute -k 4 -t 20 --log-json log -o a.model");
  const auto epochs = events(lines("log"), "epoch");
  BOOST_TEST(json_number(epochs.back(), "valid_mae") <
             0.8 * json_number(epochs.front(), "valid_mae"));
  const std::string found = done("mf-eval a.model ratings.csv --json");
  BOOST_TEST(json_number(found, "mae") < json_number(found, "baseline_bias_mae"));
  // Trained for it, a model has smaller absolute errors than one of squares.
  done("mf-train ratings.csv -k 4 -t 20 -o s.model");
  BOOST_TEST(json_number(found, "mae") <
             json_number(done("mf-eval s.model ratings.csv --json"), "mae"));
}

BOOST_FIXTURE_TEST_CASE(folds_and_further_training_keep_the_loss, WithLabels) {
  const std::string folds =
      done("mf-train labels.csv --loss logistic -k 4 -t 5 --folds 3 --log-json log -q");
  BOOST_TEST(folds.find("mean log loss") != std::string::npos);
  BOOST_TEST(json_number(events(lines("log"), "folds").at(0), "mean_log_loss") > 0.0);

  done("mf-train labels.csv --loss logistic -k 4 -t 5 --log-json log -o l.model");
  const double before = json_number(events(lines("log"), "epoch").back(), "train_log_loss");
  done(
      "mf-train labels.csv --loss logistic -k 4 -t 5 --warm-start l.model --log-json log -o "
      "m.model");
  const double start = json_number(events(lines("log"), "epoch").front(), "train_log_loss");
  BOOST_TEST(std::abs(start - before) < 0.02 * before);

  const Outcome other = run("mf-train ratings.csv -k 4 --warm-start l.model -o n.model");
  BOOST_TEST(other.code == 2);
  BOOST_TEST(other.err.find("was trained with the loss logistic") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(lists_hold_probabilities, WithLabels) {
  done("mf-train labels.csv --loss logistic -k 4 -t 10 -o l.model");
  for (const char* whom : {"--user 1", "1=1 2=0 3=1"}) {
    const std::string list =
        done(std::string("mf-recommend l.model ") + whom + " --top 1 --format json");
    const double rating = json_number(list, "rating");
    BOOST_TEST(rating > 0.0);
    BOOST_TEST(rating < 1.0);
  }
  const Outcome stars = run("mf-recommend l.model 1=5");
  BOOST_TEST(stars.code == 3);
  BOOST_TEST(stars.err.find("the model was trained on labels, 0 and 1") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(models_go_out_and_come_back_with_their_loss, WithLabels) {
  for (const std::string loss : {"absolute", "logistic"}) {
    const std::string data = loss == "logistic" ? "signs.csv" : "ratings.csv";
    const std::string metric = loss == "logistic" ? "log_loss" : "mae";
    done("mf-train " + data + " --loss " + loss + " -k 4 -t 5 -o " + loss + ".model");
    const double here = json_number(done("mf-eval " + loss + ".model " + data + " --json"), metric);
    for (const std::string format : {"npy", "text", "libmf"}) {
      const std::string out = loss + "." + format;
      done("mf-model export " + loss + ".model --format " + format + " -o " + out +
           (format == "libmf" ? " --ids same" : ""));
      done("mf-model import " + out + " --format " + format + " -o back.model" +
           (format == "libmf" && loss == "absolute" ? " --range 0.5:5" : ""));
      BOOST_TEST(done("mf-model info back.model --json").find("\"loss\":\"" + loss + "\"") !=
                 std::string::npos);
      const double there = json_number(done("mf-eval back.model " + data + " --json"), metric);
      BOOST_TEST(std::abs(there - here) < 1e-5 * here, loss << " by " << format);
    }
  }
  const Outcome unknown = run("mf-model import npy --loss cubic -o x.model");
  BOOST_TEST(unknown.code == 2);
  BOOST_TEST(unknown.err.find("squared|absolute|logistic") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_learnt_is_refused, WithLabels) {
  const Outcome stars = run("mf-train ratings.csv --loss logistic");
  BOOST_TEST(stars.code == 3);
  BOOST_TEST(stars.err.find("--loss squared") != std::string::npos);
  write("other.csv", "user,item,rating\n1,1,0\n1,2,0.25\n");
  const Outcome valid = run("mf-train labels.csv -p other.csv --loss logistic");
  BOOST_TEST(valid.code == 3);
  BOOST_TEST(valid.err.find("a validation rating is 0.25") != std::string::npos);
  const Outcome unknown = run("mf-train labels.csv --loss cubic");
  BOOST_TEST(unknown.code == 2);
}

BOOST_AUTO_TEST_SUITE_END()
