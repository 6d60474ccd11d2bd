// SPDX-License-Identifier: MIT
//
// mf-train of ratings that stay on disk.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "test_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_train_stream)

namespace {

namespace fs = std::filesystem;

struct StreamFolder : TestFolder {
  StreamFolder() {
    done("mf-data synth --users 400 --items 90 --ratings 9000 -o r.csv");
    done("mf-data pack r.csv -o r.store");
  }

  Outcome done(const std::string& command) const {
    const Outcome outcome = run(command);
    BOOST_REQUIRE_MESSAGE(outcome.code == 0, command << ": " << outcome.err);
    return outcome;
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

/// Overwrites the middle of a file, where a store has its ratings.
std::string damaged(std::string bytes) {
  return bytes.replace(bytes.size() / 3, bytes.size() / 3, bytes.size() / 3, '\xff');
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_streamed_model_has_the_bytes_of_one_in_memory, StreamFolder) {
  done("mf-data pack r.csv -o split.store --by-user 0.2");
  const std::string kinds[] = {"r.store",
                               "r.store --split-by-user 0.2 --loss absolute",
                               "r.store --valid-fraction 0 --no-rated-lists",
                               "r.store --no-refit --train-mse sample:500 -s 2",
                               "split.store",
                               "split.store --part training --valid-fraction 0.2"};
  for (const std::string& kind : kinds) {
    const std::string command = "mf-train " + kind + " -k 4 -t 4 --deterministic";
    done(command + " -o memory.model");
    const Outcome streamed = done(command + " --stream --report page.html -o streamed.model");
    BOOST_TEST(contains(streamed.err, "streamed: about "), streamed.err);
    BOOST_TEST((read("memory.model") == read("streamed.model")), kind);
  }
  // Nothing is left of temporary files.
  for (const auto& file : fs::directory_iterator(path("."))) {
    BOOST_TEST(!contains(file.path().filename().string(), "mfpar-"), file.path());
  }
}

BOOST_FIXTURE_TEST_CASE(a_streamed_training_that_was_cut_off_goes_on, StreamFolder) {
  const std::string command = "mf-train r.store --stream -k 4 -t 40 --patience 0 --deterministic ";
  done(command + "-o whole.model");
  const std::string cut = command + "-o cut.model --checkpoint ck --checkpoint-every 1 --resume";
  int cuts = 0;
  for (std::chrono::milliseconds alive(20);; alive += alive / 2) {
    const auto process = start(cut);
    std::this_thread::sleep_for(alive);
    process->signal(SIGKILL);
    const Outcome outcome = process->wait();
    if (outcome.code == 0) break;
    BOOST_REQUIRE_MESSAGE(outcome.code == 128 + SIGKILL, outcome.err);
    ++cuts;
  }
  BOOST_TEST(cuts >= 1);
  BOOST_TEST((read("whole.model") == read("cut.model")));
}

BOOST_FIXTURE_TEST_CASE(the_memory_it_takes_is_said_and_held_to, StreamFolder) {
  const Outcome outcome = run("mf-train r.store --stream --memory 1M -o m.model");
  BOOST_TEST(outcome.code == 2);
  BOOST_TEST(contains(outcome.err, "more than the --memory of 1.0 MiB; raise it, or lower --rank"),
             outcome.err);
  BOOST_TEST(!fs::exists(path("m.model")));
  done("mf-train r.store --stream --memory 4G --log-json log -o m.model -t 2");
  const std::string start = lines("log").at(0);
  const double memory = json_number(start, "memory"), temporary = json_number(start, "temporary");
  BOOST_TEST(memory > 1e6);
  BOOST_TEST(temporary >= 0.9 * 9000 * 4);
  BOOST_TEST(json_number(start, "reads") == 2 * temporary);
}

BOOST_FIXTURE_TEST_CASE(a_plan_tells_what_either_way_takes_and_trains_nothing, StreamFolder) {
  const Outcome outcome = done("mf-train r.store --plan -k 8 --log-json log -o m.model");
  for (const char* row : {"peak memory", "temporary file", "read an epoch", "time an epoch",
                          "model", "in memory: it fits"}) {
    BOOST_TEST(contains(outcome.out, row), outcome.out);
  }
  BOOST_TEST(!fs::exists(path("m.model")));
  const std::vector<std::string> log = lines("log");
  BOOST_REQUIRE(log.size() == 1u);
  BOOST_TEST(contains(log[0], "\"event\":\"plan\""));
  BOOST_TEST(contains(log[0], "\"advice\":\"memory\""));
  BOOST_TEST(json_number(log[0], "epoch_seconds") > 0);
  BOOST_TEST(contains(done("mf-train r.store --plan --memory 1M -q").out,
                      "of 1.0 MiB of memory: neither fits; lower --rank or --threads"));
  const Outcome text = run("mf-train r.csv --plan");
  BOOST_TEST(text.code == 2);
  BOOST_TEST(contains(text.err, "--plan reads one packed store, and r.csv is none"), text.err);
}

BOOST_FIXTURE_TEST_CASE(what_streaming_does_not_serve_is_refused, StreamFolder) {
  const struct {
    const char* command;
    const char* message;
  } kRefused[] = {
      {"r.csv --stream", "--stream reads one packed store, and r.csv is none; mf-data pack makes"},
      {"r.store r.csv --stream", "r.store is one of several files"},
      {"- --stream", "--stream reads one packed store, and - is none"},
      {"r.store --stream --split-last 1", "mf-data pack --last N marks the same in the store"},
      {"r.store --stream --split-time 9", "mf-data pack --at-time T marks the same in the store"},
      {"r.store --stream --valid r.csv", "--valid has ids of its own"},
      {"r.store --stream --folds 3", "--folds needs all ratings in memory"},
      {"r.store --stream --seeds 3", "--seeds needs all ratings in memory"},
      {"r.store --stream --warm-start m", "--warm-start needs the ratings of new users in memory"},
      {"r.store --stream --columns user=1", "--columns tells how text is read"},
      {"r.store --stream --feedback both", "--stream is for ratings that are learnt by sgd"},
      {"r.store --stream --method gibbs", "--stream is for ratings that are learnt by sgd"},
      {"r.store --stream --part held-out", "--part held-out: what is held out is in memory"},
      {"r.store --temporary .", "--temporary is for what --stream reads from a packed store"},
      {"r.store --feedback one-class --no-rated-lists", "--no-rated-lists is for ratings"}};
  for (const auto& [command, message] : kRefused) {
    const Outcome outcome = run("mf-train " + std::string(command));
    BOOST_TEST(outcome.code == 2, command);
    BOOST_TEST(contains(outcome.err, message), outcome.err);
  }
  const Outcome folder = run("mf-train r.store --stream --temporary no/such");
  BOOST_TEST(folder.code == 4);
  BOOST_TEST(contains(folder.err, "no/such: temporary file: "), folder.err);
  BOOST_TEST(!fs::exists(path("r.store.model")));
}

BOOST_FIXTURE_TEST_CASE(a_store_that_is_damaged_or_cut_is_an_error_that_names_the_block,
                        StreamFolder) {
  write("bad.store", damaged(read("r.store")));
  const Outcome bad = run("mf-train bad.store --stream -o m.model");
  BOOST_TEST(bad.code == 4);
  BOOST_TEST(contains(bad.err, "block"), bad.err);

  // While it trains from the temporary file; who rated what is read at the end.
  for (const bool cut : {true, false}) {
    write("cut.store", read("r.store"));
    const auto process = start(
        "mf-train cut.store --stream --valid-fraction 0 -t 1000000 --log-json log -o m.model -q");
    while (!fs::exists(path("log")) || lines("log").size() < 3) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (cut) {
      fs::resize_file(path("cut.store"), fs::file_size(path("cut.store")) / 3);
    } else {
      const std::string bytes = damaged(read("cut.store"));
      std::fstream file(path("cut.store"), std::ios::in | std::ios::out | std::ios::binary);
      file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    process->signal(SIGTERM);
    const Outcome outcome = process->wait();
    BOOST_TEST(outcome.code == 4);
    BOOST_TEST(contains(outcome.err, cut ? "became shorter while it was read" : "block"),
               outcome.err);
    BOOST_TEST(!fs::exists(path("m.model")));
    fs::remove(path("log"));
  }
}

BOOST_FIXTURE_TEST_CASE(a_model_without_lists_is_smaller_and_lists_what_was_rated, StreamFolder) {
  done("mf-train r.csv -k 4 -t 3 -o with.model");
  done("mf-train r.csv -k 4 -t 3 --no-rated-lists -o without.model");
  BOOST_TEST(fs::file_size(path("with.model")) > fs::file_size(path("without.model")) + 9000 * 4);
  done("mf-model verify without.model");
  const std::string second = lines("r.csv").at(1);
  const std::string of = " --user " + second.substr(0, second.find(',')) + " --top 90 --format csv";
  const auto rows = [&](const std::string& model) {
    const std::string out = done("mf-recommend " + model + of).out;
    return std::count(out.begin(), out.end(), '\n');
  };
  BOOST_TEST(rows("without.model") == 91);
  BOOST_TEST(rows("with.model") < 91);
}

BOOST_AUTO_TEST_SUITE_END()
