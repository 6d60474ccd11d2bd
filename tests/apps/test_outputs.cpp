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
      {"mf-data synth --users 300 --items 90 --ratings 9000 -o t --titles v", {"t", "v"}},
      {"mf-model export old.model --format libmf --ids numbered -o t", {"t", "t.users", "t.items"}},
      {"mf-model export old.model --format text -o t", {"t/users.tsv", "t/model.json"}},
      {"mf-model export old.model -o t", {"t/P.npy", "t/model.json"}},
      {"mf-eval old.model r.csv --predictions t", {"t"}},
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

BOOST_AUTO_TEST_SUITE_END()
