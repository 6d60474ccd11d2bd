// SPDX-License-Identifier: MIT
//
// Files that programs write: several are one unit, and none replaces what the same command reads.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "attacked.hpp"
#include "sanitized.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_outputs)

// Whatever a program is doing when it is stopped or its files may not grow any more.
BOOST_FIXTURE_TEST_CASE(a_program_that_ends_early_leaves_all_or_nothing, Attacked) {
  struct {
    const char* command;
    std::vector<std::string> results;
  } const programs[] = {
      {"mf-data split r.csv --train-out t --valid-out v", {"t", "v"}},
      {"mf-data split r.csv --folds 3 --train-out t% --valid-out v%", {"t1", "t3", "v1", "v3"}},
      {"mf-data split r.csv --users 0.3 --train-out t --given-out t2 --valid-out v",
       {"t", "t2", "v"}},
      {"mf-data synth --users 300 --items 90 --ratings 9000 -o t --titles v", {"t", "v"}},
      {"mf-model export old.model --format libmf --ids numbered -o t", {"t", "t.users", "t.items"}},
      {"mf-model export old.model --format text -o t", {"t/users.tsv", "t/model.json"}},
      {"mf-model export old.model -o t", {"t/P.npy", "t/model.json"}},
      {"mf-eval old.model r.csv --predictions t", {"t"}},
      {"mf-eval old.model r.csv --report t", {"t"}},
  };
  const auto present = [&](const std::vector<std::string>& results) {
    std::size_t there = 0;
    for (const std::string& result : results) there += std::filesystem::exists(path(result));
    return there;
  };
  for (const auto& program : programs) {
    const auto clean = [&] { shell("rm -rf t* v*"); };
    // Sizes in units of 512 bytes, as the shell counts them.
    for (const char* size : {"0", "1", "2", "8", "20", "60"}) {
      // A sanitizer cannot start without files of its own.
      if (kSanitized && size[0] == '0') continue;
      clean();
      const Outcome outcome = shell(std::string("ulimit -f ") + size + "; " + program.command);
      const std::size_t there = present(program.results);
      const std::string name = std::string(program.command) + " of " + size;
      BOOST_TEST((outcome.code == 0 || outcome.code == 4), name << ": " << outcome.code);
      BOOST_TEST(there == (outcome.code == 0 ? program.results.size() : 0u), name);
      BOOST_TEST(is_tidy(), name);
    }
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGKILL}) {
      // Nothing is safe from this one while several files are given their names.
      if (signal == SIGKILL && program.results.size() > 1) continue;
      for (const int milliseconds : {1, 4, 9, 16}) {
        clean();
        const auto process = start(program.command);
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        process->signal(signal);
        const Outcome outcome = process->wait();
        const std::size_t there = present(program.results);
        const std::string name = std::string(program.command) + " until " + std::to_string(signal);
        BOOST_TEST((outcome.code == 0 || outcome.code == 128 + signal), name << outcome.err);
        BOOST_TEST((there == 0 || there == program.results.size()), name << ": " << there);
        BOOST_TEST(is_tidy(), name);
      }
    }
  }
}

// One of the outputs cannot take its place when the others have been written.
BOOST_FIXTURE_TEST_CASE(outputs_that_cannot_all_be_written_leave_the_old_ones, Attacked) {
  for (const char* command : {"mf-data split r.csv --train-out t --valid-out v",
                              "mf-data split r.csv --users 0.3 --given-out t --train-out v "
                              "--valid-out t2",
                              "mf-data synth --users 300 --items 90 --ratings 9000 -o t --titles v",
                              "mf-model export old.model --format libmf --ids numbered -o t"}) {
    const bool libmf = has(command, "libmf");
    const std::string second = libmf ? "t.users" : "v";
    for (const bool exists : {true, false}) {
      shell("rm -rf t* v*");
      write("t", "old");
      if (exists) write(second, "old too");
      const Outcome outcome = shell(std::string("ulimit -f 1; ") + command);
      BOOST_TEST(outcome.code == 4, command << ": " << outcome.code << outcome.err);
      BOOST_TEST(read("t") == "old");
      BOOST_TEST(std::filesystem::exists(path(second)) == exists);
      if (exists) BOOST_TEST(read(second) == "old too");
      BOOST_TEST(is_tidy());
    }
  }
}

// By path, by links of both kinds, by standard streams, whether it is there or not.
BOOST_FIXTURE_TEST_CASE(no_output_is_an_input_or_another_output, Attacked) {
  std::filesystem::create_symlink("r.csv", path("soft.csv"));
  std::filesystem::create_hard_link(path("r.csv"), path("hard.csv"));
  std::filesystem::create_symlink("old.model", path("soft.model"));
  std::filesystem::create_symlink("new.model", path("dangling"));
  std::filesystem::create_symlink("dangling", path("dangling2"));
  std::filesystem::create_directory(path("sub"));
  std::filesystem::create_symlink("../new.model", path("sub/dangling"));
  std::filesystem::create_symlink("sub", path("folder"));
  write("options", "rank = 4\n");
  run("mf-model export old.model -o exported");
  std::filesystem::create_symlink("exported/new.model", path("into"));
  const char* const commands[] = {
      "mf-train - -o r.csv < r.csv",
      "mf-train - -o soft.csv < r.csv",
      "mf-train - -o hard.csv < r.csv",
      "mf-train - -o r.csv < soft.csv",
      "mf-train r.csv -o r.csv",
      "mf-train soft.csv -o r.csv",
      "mf-train r.csv -o hard.csv",
      "mf-train r.csv -p soft.csv -o hard.csv",
      "mf-train - -o new.model --log-json r.csv < r.csv",
      "mf-train r.csv -o new.model --log-json hard.csv",
      "mf-train r.csv -o new.model --log-json new.model",
      "mf-train r.csv -o new.model --log-json dangling",
      "mf-train r.csv -o new.model --log-json dangling2",
      "mf-train r.csv -o dangling --log-json new.model",
      "mf-train r.csv -o dangling --log-json dangling2",
      "mf-train r.csv -o new.model --log-json sub/dangling",
      "mf-train r.csv -o new.model --log-json folder/dangling",
      "mf-train r.csv -o sub/../new.model --log-json dangling",
      "mf-train r.csv --warm-start old.model -o new.model --log-json soft.model",
      "mf-train r.csv -o new.model --report soft.csv",
      "mf-train r.csv -o new.model --report dangling",
      "mf-train r.csv -o old.model >> old.model",
      "mf-train r.csv -o old.model 2>> old.model",
      "mf-data split - --train-out r.csv --valid-out v < r.csv",
      "mf-data split r.csv --train-out t --valid-out hard.csv",
      "mf-data split r.csv --train-out new.model --valid-out dangling",
      "mf-data split r.csv --users 0.3 --train-out t --valid-out v --given-out soft.csv",
      "mf-data split r.csv --users 0.3 --train-out t --valid-out new.model --given-out dangling",
      "mf-data split r.csv --train-out dangling2 --valid-out sub/dangling",
      "mf-data synth -o new.model --titles dangling",
      "mf-model export old.model --format libmf -o soft.model",
      "mf-model import exported -o into",
      "mf-eval old.model - --predictions r.csv < r.csv",
      "mf-eval old.model r.csv --predictions hard.csv",
      "mf-eval old.model r.csv --predictions soft.model",
      "mf-eval old.model r.csv --report hard.csv",
      "mf-eval old.model r.csv --predictions new.model --report dangling",
      "mf-eval old.model r.csv --predictions r.csv 2>> r.csv",
      "mf-recommend old.model --requests - -o r.csv < r.csv",
      "mf-tune r.csv -o hard.csv",
      "mf-tune r.csv --model soft.csv",
      "mf-tune - --log-json r.csv < r.csv",
      "mf-tune r.csv -o new.model --model dangling",
      "mf-tune r.csv --model new.model --log-json sub/dangling",
      "mf-tune r.csv --config options -o options",
  };
  const auto before = files();
  for (const char* command : commands) {
    const Outcome outcome = shell(command);
    BOOST_TEST(outcome.code == 2, command << ": " << outcome.code << outcome.err);
    auto after = files();
    // What is appended to by the shell itself gets the message.
    if (has(command, ">>")) {
      for (const char* name : {"r.csv", "hard.csv", "soft.csv", "old.model", "soft.model"}) {
        BOOST_TEST(after[name].starts_with(before.at(name)), command);
        after[name] = before.at(name);
      }
      write("r.csv", text);
      write("old.model", old);
    }
    BOOST_TEST((after == before), command);
  }
  // What may be: the model that training goes on from, and devices.
  for (const char* command :
       {"mf-train r.csv --warm-start old.model -o old.model -k 4 -t 1 --log-json /dev/null",
        "mf-train r.csv -o /dev/null --log-json /dev/null -k 4 -t 1 > /dev/null 2> /dev/null",
        "mf-train - -o dangling2 --log-json log -k 4 -t 1 < r.csv"}) {
    BOOST_TEST(shell(command).code == 0, command);
  }
  BOOST_TEST(verifies("new.model"));
}

BOOST_AUTO_TEST_SUITE_END()
