// SPDX-License-Identifier: MIT
//
// mf-train that is cut off, and goes on.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "ratings_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_train_checkpoints)

namespace {

namespace fs = std::filesystem;

struct Cut : Ratings {
  /// Goes on until it is done, with a signal after a while that grows; how often it was cut off.
  int run_with_cuts(const std::string& command, int signal) const {
    int cuts = 0;
    for (std::chrono::milliseconds alive(10);; alive += alive / 4) {
      const auto process = start(command + " --resume");
      std::this_thread::sleep_for(alive);
      process->signal(signal);
      const Outcome outcome = process->wait();
      if (outcome.code == 0) return cuts;
      BOOST_REQUIRE_MESSAGE(outcome.code == 128 + signal || outcome.code == 130, outcome.err);
      ++cuts;
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(what_was_cut_off_ends_with_the_same_model, Cut) {
  const std::string kinds[] = {"--deterministic -k 4 -t 30 --patience 0 -s 2",
                               "--deterministic -k 4 --seeds 3 --feedback both",
                               "--method gibbs -k 3 --samples 30 --burn-in 5 -s 3",
                               "--feedback one-class -k 8 -t 12 --split-by-user 0.2"};
  for (const std::string& kind : kinds) {
    BOOST_TEST_CONTEXT(kind) {
      const Outcome uncut = run("mf-train ratings.csv -o whole " + kind);
      BOOST_REQUIRE_MESSAGE(uncut.code == 0, uncut.err);
      for (const int signal : {SIGKILL, SIGTERM}) {
        const std::string command =
            "mf-train ratings.csv -o cut --checkpoint ck --checkpoint-every 1 " + kind;
        const int cuts = run_with_cuts(command, signal);
        BOOST_TEST(cuts >= 1);
        BOOST_TEST((read("cut") == read("whole")));
        fs::remove_all(path("ck"));
        fs::remove(path("cut"));
      }
    }
  }
}

BOOST_FIXTURE_TEST_CASE(folds_that_were_cut_off_go_on, Cut) {
  const std::string command =
      "mf-train ratings.csv --folds 3 --deterministic -k 4 --checkpoint ck --checkpoint-every 2";
  const std::string whole = run("mf-train ratings.csv --folds 3 --deterministic -k 4").out;
  BOOST_TEST(run_with_cuts(command, SIGKILL) >= 1);
  fs::remove(path("ck/finished"));  // as if it had been cut off at the very end
  BOOST_TEST(run(command + " --resume").out == whole);
}

BOOST_FIXTURE_TEST_CASE(it_says_where_it_goes_on, Ratings) {
  const std::string command = "mf-train ratings.csv -k 4 -t 4 --patience 0 --deterministic -o m ";
  Outcome outcome = run(command + "--checkpoint ck --checkpoint-every 2 --resume --log-json log");
  BOOST_TEST(outcome.code == 0);
  BOOST_TEST(outcome.err.find("ck: no checkpoint yet; starting afresh") != std::string::npos);
  const std::size_t first = lines("log").size();
  outcome = run(command + "--checkpoint ck --resume --log-json log");
  BOOST_TEST(outcome.code == 0);
  BOOST_TEST(outcome.err.find("ck: going on from training 2, done") != std::string::npos);
  const std::vector<std::string> log = lines("log");
  BOOST_REQUIRE(log.size() > first);
  BOOST_TEST(log[first].find("\"resumed\":\"training 2, done\"") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_folder_is_for_one_training, Ratings) {
  const std::string command = "mf-train ratings.csv -k 4 -t 4 --deterministic -o m ";
  BOOST_REQUIRE(run(command + "--checkpoint ck --checkpoint-every 1").code == 0);
  const struct {
    std::string command;
    int code;
    std::string words;
  } rows[] = {
      {command + "-k 5 --checkpoint ck --resume", 2, "option --rank (-k) is given twice"},
      {"mf-train ratings.csv -t 4 --deterministic -o m --checkpoint ck --resume", 2,
       "rank was 4 and is 64"},
      {command + "--seed 2 --checkpoint ck --resume", 2, "seed was 1 and is 2"},
      {command + "--resume", 2, "give it too"},
      {command + "--checkpoint-every 5", 2, "give it too"},
      {command + "--checkpoint ck --checkpoint-every 0", 2, "a whole number from 1"},
      {command + "--checkpoint ck --checkpoint-every 5x", 2, "a time such as 60s"},
      {command + "--checkpoint no/such/ck", 4, "no/such/ck: the folder of checkpoints cannot be"},
      {command + "--checkpoint ratings.csv", 4, "ratings.csv"},
  };
  const std::string before = read("m");
  for (const auto& row : rows) {
    const Outcome outcome = run(row.command);
    BOOST_TEST(outcome.code == row.code, row.command << '\n' << outcome.err);
    BOOST_TEST(outcome.err.find(row.words) != std::string::npos, outcome.err);
    BOOST_TEST((read("m") == before));
  }
  // That one is done: its folder may be used anew, and is, but for what was cut off it is kept.
  BOOST_TEST(run(command + "--checkpoint ck --seed 3").code == 0);
  fs::remove(path("ck/finished"));
  const Outcome refused = run(command + "--checkpoint ck --seed 3");
  BOOST_TEST(refused.code == 2);
  BOOST_TEST(refused.err.find("ck: holds the checkpoint of a training that was cut off") !=
             std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(divergence_is_told_and_training_goes_on, Ratings) {
  const Outcome outcome =
      run("mf-train ratings.csv -k 4 --step-rule sgd -r 1000 -o m --log-json log");
  BOOST_TEST(outcome.code == 0);
  BOOST_TEST(outcome.out.find("diverged: ") != std::string::npos);
  BOOST_TEST(outcome.out.find("on from the start with the learning rate 500") != std::string::npos);
  const auto told = events(lines("log"), "divergence");
  BOOST_REQUIRE(!told.empty());
  BOOST_TEST(json_number(told[0], "learning_rate") == 500.0);
  const Outcome hopeless = run("mf-train ratings.csv -k 4 --step-rule sgd -r 1e20 -o n");
  BOOST_TEST(hopeless.code == 5);
  BOOST_TEST(hopeless.err.find("lower the learning rate") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(new_users_and_items_are_folded_into_what_is_started_from, Ratings) {
  const std::string all = read("ratings.csv");
  const std::size_t half = all.find('\n', all.size() / 2) + 1;
  write("half.csv", all.substr(0, half));
  BOOST_REQUIRE(run("mf-train half.csv -k 4 -o half --valid-fraction 0").code == 0);
  run("mf-train ratings.csv -k 4 -t 1 -o next --warm-start half --log-json log");
  run("mf-train ratings.csv -k 4 -t 1 -o fresh --log-json fresh.log");
  const auto first = [&](const std::string& log) {
    return json_number(events(lines(log), "epoch").front(), "train_mse");
  };
  // Before the first epoch: better than the mean for those who are new, too.
  BOOST_TEST(first("log") < 0.8 * first("fresh.log"));
}

BOOST_AUTO_TEST_SUITE_END()
