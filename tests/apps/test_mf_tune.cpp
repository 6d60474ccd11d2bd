// SPDX-License-Identifier: MIT
//
// mf-tune as its users see it: what it finds, writes and says.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "choices.hpp"
#include "sanitized.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_tune)

namespace {

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

/// The value at `key` of text in an object on one line.
std::string json_text(const std::string& line, const std::string& key) {
  const std::string found = '"' + key + "\":\"";
  const std::size_t at = line.find(found);
  if (at == line.npos) return "";
  const std::size_t begin = at + found.size();
  return line.substr(begin, line.find('"', begin) - begin);
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(mf_train_reaches_what_was_found_by_the_file_that_was_written, Choices) {
  if (kSanitized) return;  // other tests show the sanitizers the same code, in less time
  const struct {
    std::string options, metric;
    std::vector<std::string> names;
  } rows[] = {
      {"--method sgd -t 8 --deterministic -s 1 --seed 3",
       "valid_mse",
       {"method", "rank", "learning-rate", "init-scale"}},
      {"--method sgd -t 8 --deterministic --item-features items.csv", "valid_mse", {"rank"}},
      {"--method gibbs --samples 20 --burn-in 5 --monte-carlo-error 0 --item-features items.csv",
       "valid_mse",
       {"method", "rank"}},
      {"--method gibbs --samples 10 --burn-in 10 --no-links", "valid_mse", {"rank"}},
      // What is given for one method does not stand in the way of the other.
      {"-t 8 --deterministic --seeds 2 --samples 10 --burn-in 5 --penalty total",
       "valid_mse",
       {"method", "rank"}},
      {"-t 20 --loss absolute --deterministic -k 5 --no-biases --init-scale 0.3 --split-by-user "
       "0.2",
       "valid_mae",
       {"rank", "lambda-factors"}},
      {"-t 4 --feedback one-class -k 8 --relevant 3 --split-by-user 0.2",
       "valid_ndcg",
       {"rank", "unobserved-weight", "penalty-exponent"}},
      {"-t 4 --method als -k 8 --duplicates mean --no-header --columns user=1,item=2,rating=3",
       "valid_ndcg",
       {"lambda-one-class"}},
  };
  for (const auto& row : rows) {
    // Without a test part both hold out the same.
    const std::string file = has(row.options, "--no-header") ? "plain.csv" : "ratings.csv";
    const std::string with_header = read("ratings.csv");
    write("items.csv", "id,genre\n1,x\n2,x\n3,x\n4,y\n5,y\n6,y\n");
    write("plain.csv", with_header.substr(with_header.find('\n') + 1));
    const Outcome tuned = run("mf-tune " + file + " --trials 4 --test-fraction 0 --log-json log " +
                              row.options + " -o found.conf --model found.model");
    BOOST_REQUIRE_MESSAGE(tuned.code == 0, row.options << tuned.err);
    const auto log = lines("log");
    const auto trials = events(log, "trial");
    BOOST_TEST(events(log, "start").size() == 1u);
    BOOST_REQUIRE(trials.size() == 4u);
    const auto number = static_cast<int>(json_number(log.back(), "best"));
    std::string best;
    for (const std::string& trial : trials) {
      if (json_number(trial, "trial") == number) best = trial;
    }
    const std::string file_of_options = read("found.conf");
    BOOST_TEST(file_of_options.starts_with("# Options for mf-train, found by mf-tune in trial "));
    for (const std::string& name : row.names) {
      const std::string value = json_text(best, name);
      if (value == "auto") continue;
      BOOST_TEST(has(file_of_options, '\n' + name + " = " + value + '\n'), file_of_options);
    }
    const Outcome trained = run("mf-train " + file + " --config found.conf --log-json log2 -o m");
    BOOST_REQUIRE_MESSAGE(trained.code == 0, row.options << trained.err << file_of_options);
    bool met = false;
    for (const char* event : {"epoch", "features"}) {
      for (const std::string& line : events(lines("log2"), event)) {
        met = met || json_number(line, row.metric) == json_number(best, row.metric);
      }
    }
    BOOST_TEST(met, row.options);
    BOOST_TEST(run("mf-model verify found.model").code == 0);
  }
}

BOOST_FIXTURE_TEST_CASE(what_was_found_is_shown_as_table_and_as_json, Choices) {
  const Outcome table = run("mf-tune ratings.csv --method sgd --trials 3 -t 3 -k 4");
  BOOST_TEST(table.code == 0);
  BOOST_TEST(table.out.starts_with("trial  valid MSE  epoch  seconds"), table.out);
  for (const char* words :
       {"  rank  learning-rate      penalty  lambda-factors", "trial 0 has the options as given",
        "3 trials in all", "test ratings      MSE     RMSE", "learnt from all but the test ratings",
        "ratings.csv.conf: the options of trial "}) {
    BOOST_TEST(has(table.out, words), table.out);
  }
  BOOST_TEST(has(table.err,
                 "held out for validation: a random 0.1 of what a random 0.1 for the "
                 "test leaves"));
  const Outcome both =
      run("mf-tune ratings.csv --trials 3 -t 3 -k 4 --samples 100 --burn-in 40 -o both.conf");
  for (const char* words : {"method  rank  links  learning-rate", "  gibbs     4   true  ",
                            "    sgd     4      -           0.05"}) {
    BOOST_TEST(has(both.out, words), both.out);
  }
  // No terminal, no progress.
  BOOST_TEST(!has(table.err, "to go"));
  BOOST_TEST(!has(table.err, "\r"));

  const Outcome json = run("mf-tune ratings.csv --method sgd --trials 3 -t 3 -k 4 --json -q");
  BOOST_TEST(json.code == 0);
  BOOST_TEST(json.err == "");
  BOOST_TEST(json.out.starts_with("{\"metric\":\"mse\",\"best\":"), json.out);
  for (const char* key : {"test_mse", "start_test_mse", "valid_mse", "best_epoch", "seconds"}) {
    BOOST_TEST(json_number(json.out, key) > 0.0, key);
  }
  BOOST_TEST(has(json.out, "\"refitted\":true,"));
  BOOST_TEST(has(json.out, "\"options\":{\"rank\":\"4\","));

  const Outcome kept =
      run("mf-tune pairs.csv --feedback one-class --trials 2 -t 2 -k 4 --no-refit "
          "--valid-top 5 --split-by-user 0.3");
  BOOST_TEST(kept.code == 0, kept.err);
  BOOST_TEST(has(kept.out, "valid NDCG@5"), kept.out);
  BOOST_TEST(has(kept.out, "learnt from all but the validation and the test ratings"), kept.out);
}

BOOST_FIXTURE_TEST_CASE(what_mf_tune_cannot_do_is_refused_before_anything_is_written, Choices) {
  write("notes.csv.conf", "my own\n");
  write("notes.csv", read("ratings.csv"));
  write("bad.conf", "rank = 4\nbudgt = 3s\n");
  const auto before = files();
  const struct {
    std::string command;
    int code;
    std::string words;
  } rows[] = {
      {"", 2, "RATINGS is missing"},
      {"ratings.csv --budget 0s", 2, "--budget is '0s'; it must be a time such as 60s, 10m or 1h"},
      {"ratings.csv --budget 5", 2, "it must be a time such as 60s, 10m or 1h"},
      {"ratings.csv --budget -5s", 2, "it must be a time such as"},
      {"ratings.csv --budget nans", 2, "it must be a time such as"},
      {"ratings.csv --budget 9999999h", 2, "it must be a time such as"},
      {"ratings.csv --trials 0", 2, "--trials is '0'"},
      {"ratings.csv --test-fraction 1", 2, "--test-fraction is '1'"},
      {"ratings.csv --valid-fraction 0", 2, "--valid-fraction is '0'"},
      {"ratings.csv --feedback both", 2, "tune each of them"},
      {"ratings.csv --method gibbs --epochs 3", 2, "--epochs is for sgd; leave it out"},
      {"ratings.csv --method sgd --no-links", 2, "--no-links is for Gibbs sampling"},
      {"ratings.csv --feedback one-class --samples 3", 2, "--samples is for Gibbs sampling"},
      {"ratings.csv --feedback one-class --item-features a", 2, "leave it out, or --feedback"},
      {"ratings.csv --item-features nothere", 4, "nothere"},
      {"ratings.csv --item-features notes.csv.conf --log-json notes.csv.conf", 2,
       "would replace a file that is to be read"},
      {"- --item-features -", 2, "standard input is given twice"},
      {"ratings.csv --unobserved-weight 0.3", 2, "add --feedback one-class"},
      {"ratings.csv --feedback one-class --loss absolute", 2, "leave it out, or --feedback"},
      {"ratings.csv --valid-fraction 0.2 --split-last 1", 2, "give one of them"},
      {"ratings.csv --split-by-user 0.2 --split-last 1", 2, "give one of them"},
      {"ratings.csv --split-by-user 0.2 --test-fraction 0.2", 2, "or not at all by"},
      {"ratings.csv --deterministic --schedule hogwild", 2, "contradicts"},
      {"ratings.csv --folds 5", 2, "unknown option --folds"},
      {"ratings.csv --warm-start a.model", 2, "unknown option --warm-start"},
      {"ratings.csv --config bad.conf", 2, "bad.conf:2: there is no option \"budgt\"; did you"},
      {"- -", 2, "standard input is given twice"},
      {"notes.csv", 2, "notes.csv.conf exists and was not written by mf-tune; choose another"},
      {"pairs.csv", 3, "--feedback one-class"},
      {"nothere.csv", 4, "nothere.csv"},
      {"ratings.csv --config nothere", 4, "nothere: cannot be read"},
      {"ratings.csv -o nothere/a", 4, "nothere"},
      {"ratings.csv --split-last 1 --columns user=1,item=2,rating=3 --trials 1", 2,
       "no timestamp column"},
      {"ratings.csv --method sgd --step-rule sgd -r 1e6 --trials 2", 5, "no trial learnt"},
  };
  for (const auto& row : rows) {
    const Outcome outcome = run("mf-tune " + row.command);
    BOOST_TEST(outcome.code == row.code, row.command << ": " << outcome.err);
    BOOST_TEST(has(outcome.err, row.words), row.command << ": " << outcome.err);
  }
  BOOST_TEST((files() == before));
  // A file of options that mf-tune wrote may be replaced, one that is named may be anything.
  for (const char* command :
       {"mf-tune ratings.csv --trials 1 -t 1 -q", "mf-tune ratings.csv --trials 1 -t 1 -q",
        "mf-tune notes.csv --trials 1 -t 1 -q -o notes.csv.conf"}) {
    BOOST_TEST(run(command).code == 0, command);
  }
}

BOOST_FIXTURE_TEST_CASE(an_interrupted_search_keeps_the_best_so_far, Choices) {
  const auto process = start(
      "mf-tune ratings.csv --method sgd --budget 1h -k 4 --log-json log -o found.conf --json");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto trials = [&] {
    return std::filesystem::exists(path("log")) ? events(lines("log"), "trial").size() : 0;
  };
  while (trials() < 3) {
    BOOST_REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  process->signal(SIGINT);
  const Outcome outcome = process->wait();
  BOOST_TEST(outcome.code == 130, outcome.err);
  BOOST_TEST(has(outcome.out, "\"interrupted\":true"));
  BOOST_TEST(json_number(outcome.out, "test_mse") > 0.0);
  BOOST_TEST(has(lines("log").back(), "\"outcome\":\"interrupted\""));
  BOOST_TEST(run("mf-train ratings.csv -t 2 -q --config found.conf").code == 0);
}

BOOST_FIXTURE_TEST_CASE(a_search_ends_by_itself, Choices) {
  const auto began = std::chrono::steady_clock::now();
  const Outcome outcome = run("mf-tune ratings.csv --budget 0.3s -k 4 --json");
  BOOST_TEST(outcome.code == 0, outcome.err);
  BOOST_TEST(json_number(outcome.out, "test_mse") > 0.0);
  // However slow the machine is, hours are more.
  BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::minutes(5)));
}

BOOST_AUTO_TEST_SUITE_END()
