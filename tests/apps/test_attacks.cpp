// SPDX-License-Identifier: MIT
//
// Programs under what goes wrong around them: extreme numbers, streams that are closed or full,
// signals, limits of the system, files that change under them. A result that is there stays until
// a better one is whole, and what was done is saved before anything else is said.
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "attacked.hpp"
#include "rating_fixtures.hpp"
#include "sanitized.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_attacks)

namespace {

/// Six ratings among which are two that are given.
std::string six(const std::string& first, const std::string& second) {
  return "1,1," + first + "\n1,2," + second + "\n2,1,3\n2,2,4\n3,1,2\n3,2,5\n";
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_model_that_nothing_can_load_replaces_none, Attacked) {
  write("opposite.csv", six("3.4e38", "-3.4e38"));
  write("large.csv", six("3.4e38", "3.3e38"));
  write("one.csv", six("1e38", "4"));
  write("small.csv", six("1e-44", "3e-45"));
  write("tiny.csv", "1,1,1e-45\n1,2,2e-45\n2,1,3e-45\n2,2,1e-45\n3,1,2e-45\n3,2,4e-45\n");
  int kept = 0, replaced = 0;
  const auto check = [&](const std::string& arguments) {
    write("m.model", old);
    const Outcome outcome = run("mf-train " + arguments + " -q -o m.model");
    const bool same = read("m.model") == old;
    (same ? kept : replaced) += 1;
    BOOST_TEST((outcome.code == 0 || outcome.code == 3 || outcome.code == 5),
               arguments << ": " << outcome.code << ' ' << outcome.err);
    BOOST_TEST(same == (outcome.code != 0), arguments << ": " << outcome.err);
    BOOST_TEST((outcome.code == 0 || has(outcome.err, "mf-train: error: ")), arguments);
    BOOST_TEST(verifies("m.model"), arguments);
    BOOST_TEST(is_tidy(), arguments);
  };
  for (const char* loss : {"squared", "absolute"}) {
    for (const char* data : {"opposite.csv", "large.csv", "one.csv", "small.csv", "tiny.csv"}) {
      for (const char* seed : {"1", "2", "3", "4"}) {
        for (const char* more : {"", " --no-biases"}) {
          check(std::string(data) + " --loss " + loss + " --seed " + seed + more);
        }
      }
    }
    for (const char* options :
         {"--lambda-biases 3e38", "--lambda-factors 3e38", "--lambda-biases 1e300",
          "--lambda-factors 1e300", "--lambda-factors 3e37", "--lambda-biases 1e30", "-r 1e30",
          "-r 1e300", "-r 1e-300", "-r 1000 --step-rule sgd", "--init-scale 1e30",
          "--init-scale 1e18", "-k 1024 --init-scale 1e10 -t 1", "-k 1 -r 1e10",
          "--valid-fraction 0 --eval-every 0 -r 1e8", "--valid-fraction 0 -r 1e5 -t 1"}) {
      check(std::string("r.csv --loss ") + loss + (has(options, "-t") ? " " : " -t 3 ") + options);
    }
  }
  for (const char* loss : {"--loss logistic"}) {
    write("labels.csv", text_of(random_store({.labels = true})));
    for (const char* options : {"--lambda-biases 3e38", "--lambda-factors 1e39", "-r 1e30",
                                "--init-scale 1e20", "-r 1e5 --step-rule sgd"}) {
      check(std::string("labels.csv -t 3 ") + loss + ' ' + options);
    }
  }
  BOOST_TEST(kept > 40);
  BOOST_TEST(replaced > 5);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_learnt_replaces_no_model, Attacked) {
  // Ratings without any structure: nothing beats the mean, where training starts.
  std::string noise;
  for (int i = 0; i < 40; ++i) {
    noise += std::to_string(i % 10) + ',' + std::to_string(i / 10) + ',' +
             std::to_string(1 + i * 7 % 11 % 5) + '\n';
  }
  write("noise.csv", noise);
  int untrained = 0;
  for (const char* more : {"", " -q", " --loss absolute", " --seed 2", " -k 3"}) {
    const std::string command =
        std::string("mf-train noise.csv --deterministic -r 1 --log-json log") + more;
    std::filesystem::remove(path("new.model"));
    const Outcome first = run(command + " -o new.model");
    if (!has(first.err, "no epoch was better than the start")) continue;
    ++untrained;
    BOOST_TEST(first.code == 0);
    BOOST_TEST(verifies("new.model"));
    write("m.model", old);
    const Outcome outcome = run(command + " -o m.model");
    BOOST_TEST(outcome.code == 5);
    BOOST_TEST(has(outcome.err, "; m.model stays as it was"), outcome.err);
    BOOST_TEST((read("m.model") == old));
    BOOST_TEST(has(lines("log").back(), "\"saved\":false"));
  }
  BOOST_TEST(untrained >= 2);
}

BOOST_FIXTURE_TEST_CASE(what_was_learnt_before_it_diverged_is_saved, Attacked) {
  int saved = 0;
  for (const char* options :
       {"-r 0.5 -k 64", "-r 1 -k 64", "-r 0.5 -k 64 --loss absolute", "-r 1 -k 4 --init-scale 0.5",
        "-r 0.2 -k 4 --init-scale 0.5", "-r 0.5 -k 4 --loss absolute --init-scale 1",
        "-r 0.3 -k 16 --init-scale 0.3", "-r 0.7 -k 32"}) {
    write("m.model", old);
    const Outcome outcome = run(
        std::string("mf-train r.csv --no-biases --step-rule sgd --lambda-factors 0 --patience 0 "
                    "--deterministic -t 60 --log-json log -o m.model ") +
        options);
    if (outcome.code == 0) continue;
    BOOST_TEST(outcome.code == 5, options << ": " << outcome.err);
    BOOST_TEST(has(outcome.err, "training diverged in epoch "), outcome.err);
    const bool is_saved = has(outcome.err, " is saved");
    saved += is_saved;
    BOOST_TEST((read("m.model") != old) == is_saved, options);
    BOOST_TEST(verifies("m.model"), options);
    if (is_saved) BOOST_TEST(has(lines("log").back(), "\"outcome\":\"diverged\""));
  }
  BOOST_TEST(saved >= 1);  // most of them go on with a lower rate
}

BOOST_FIXTURE_TEST_CASE(a_result_is_saved_though_nobody_takes_what_is_printed, Attacked) {
  struct {
    const char* command;
    const char* result;
  } const programs[] = {
      {"mf-train r.csv -k 4 -t 20 --patience 0 -o result", "result"},
      {"mf-train r.csv -k 4 -t 20 --patience 0 --log-json log -o result", "result"},
      {"mf-data split r.csv --train-out result --valid-out valid", "result"},
      {"mf-data synth --users 50 --items 20 --ratings 300 -o result", "result"},
      {"mf-model export old.model --format libmf -o result --ids numbered", "result.items"},
      {"mf-model export old.model -o result", "result/P.npy"},
      {"mf-eval old.model r.csv --predictions result", "result"},
      {"mf-recommend old.model --all-users -o result", "result"},
  };
  for (const auto& program : programs) {
    for (const char* end : {" > /dev/full", " | true", " | head -n 1 > /dev/null", " >&-",
                            " 2> /dev/full > /dev/full"}) {
      shell("rm -rf result* valid log");
      // The pipe's first reader is gone at once; what the shell tells is the program's own code.
      const std::string name = std::string(program.command) + end;
      const Outcome outcome =
          shell("{ " + std::string(program.command) + "; echo $? > code; }" + end);
      BOOST_TEST(std::filesystem::exists(path(program.result)), name << ": " << outcome.err);
      const std::string code = read("code");
      BOOST_TEST((code == "4\n" || (has(end, "|") && code == "0\n") ||
                  (has(end, ">&-") && code == "0\n") || has(program.command, "mf-recommend")),
                 name << ": " << code << outcome.err);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_model_is_saved_though_its_log_cannot_be, Attacked) {
  for (const char* more : {"", " -q", " --deterministic", " --eval-every 3"}) {
    write("m.model", old);
    const Outcome outcome =
        run(std::string("mf-train r.csv -k 4 -t 8 -o m.model --log-json /dev/full") + more);
    BOOST_TEST(outcome.code == 4);
    BOOST_TEST(has(outcome.err, "mf-train: error: /dev/full: cannot be written: No space left"));
    BOOST_TEST((read("m.model") != old));
    BOOST_TEST(verifies("m.model"));
  }
}

BOOST_FIXTURE_TEST_CASE(every_signal_that_asks_for_an_end_saves_the_model, Attacked) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    write("m.model", old);
    const auto process = start("mf-train r.csv -k 4 -t 1000000 --patience 0 -o m.model");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!has(process->out_so_far(), "\n    2 ")) {
      BOOST_REQUIRE(std::chrono::steady_clock::now() < deadline);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    process->signal(signal);
    const Outcome outcome = process->wait();
    BOOST_TEST(outcome.code == 130, signal << ": " << outcome.code);
    BOOST_TEST((read("m.model") != old));
    BOOST_TEST(verifies("m.model"));
    BOOST_TEST(is_tidy());
  }
}

// nohup has a program ignore SIGHUP; it must stay ignored.
BOOST_FIXTURE_TEST_CASE(what_nohup_ignores_stays_ignored, Attacked) {
  const Outcome outcome = shell(
      "trap '' HUP; mf-train r.csv -k 4 -t 300 --patience 0 -q -o m.model & sleep 0.1; kill -HUP "
      "$!; wait $!");
  BOOST_TEST(outcome.code == 0, outcome.err);
  BOOST_TEST(verifies("m.model"));
}

BOOST_FIXTURE_TEST_CASE(closed_streams_get_no_file, Attacked) {
  for (const char* closed :
       {"<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"}) {
    for (const char* threads : {"1", "2"}) {
      const Outcome outcome = shell(std::string("mf-train r.csv -k 4 -t 3 -o m.model -s ") +
                                    threads + " --log-json log " + closed);
      BOOST_TEST(outcome.code == 0, closed << ": " << outcome.err);
      BOOST_TEST(verifies("m.model"), closed);
      for (const std::string& line : lines("log")) {
        BOOST_TEST(line.starts_with("{\"event\":"), closed << ": " << line);
      }
      BOOST_TEST(lines("log").size() == 6u, closed);
    }
    const Outcome split = shell(std::string("mf-data split r.csv --train-out t.csv --valid-out "
                                            "v.csv ") +
                                closed);
    BOOST_TEST(split.code == 0, closed);
    BOOST_TEST(lines("t.csv").size() + lines("v.csv").size() == lines("r.csv").size() + 2, closed);
  }
}

BOOST_FIXTURE_TEST_CASE(what_the_system_lacks_is_said, Attacked) {
  const auto check = [&](const std::string& limit, const std::string& command) {
    write("m.model", old);
    const Outcome outcome = shell(limit + " && " + command);
    const std::string what = limit + ": " + command + ": ";
    BOOST_TEST((outcome.code == 0 || outcome.code == 4), what << outcome.code << outcome.err);
    BOOST_TEST(!has(outcome.err, "terminate called"), what << outcome.err);
    BOOST_TEST(!has(outcome.err, "bug"), what << outcome.err);
    BOOST_TEST((outcome.code == 0 || has(outcome.err, ": error: ")), what << outcome.err);
    BOOST_TEST((outcome.code == 0 || read("m.model") == old), what);
    BOOST_TEST(is_tidy(), what);
    return outcome.code;
  };
  const std::string train = "mf-train r.csv -k 256 -t 2 -q -o m.model -s ";
  if (!kSanitized) {  // which take more memory than there is, to begin with
    int failed = 0;
    for (int kib = 24'000; kib <= 90'000; kib += 3'000) {
      for (const char* threads : {"1", "2", "8"}) {
        failed += check("ulimit -v " + std::to_string(kib), train + threads) == 4;
      }
    }
    BOOST_TEST(failed > 10);
    // Below, the dynamic linker has too little, by how much environment there is.
    for (const char* stack : {"32", "64", "128", "256", "1024"}) {
      for (const char* kind : {"-s", "-S -s"}) {
        const std::string limit = std::string("ulimit ") + kind + ' ' + stack;
        check(limit, train + "2");
        check(limit, "mf-model info old.model > info");
      }
    }
  }
  // Nobody's number of processes: root has no limit of them.
  std::filesystem::permissions(path("."), std::filesystem::perms::all);
  const std::string as_nobody = "setpriv --reuid 65534 --clear-groups prlimit --nproc=";
  if (kSanitized || geteuid() != 0 || shell(as_nobody + "9 mf-train --version").code != 0) {
    BOOST_TEST_MESSAGE("no user to take threads from: left out");
    return;
  }
  int failed = 0;
  for (int processes = 1; processes <= 8; ++processes) {
    for (const char* threads : {"1", "2", "4"}) {
      failed +=
          check("true", as_nobody + std::to_string(processes) +
                            " mf-train r.csv -k 8 -t 2 -q -o nobody.model -s " + threads) == 4;
    }
  }
  BOOST_TEST(failed > 3);
}

// Whatever the moment, it is told, and no signal ends the program.
BOOST_FIXTURE_TEST_CASE(ratings_that_are_cut_while_they_are_read_are_an_error, Attacked) {
  std::string much;
  for (int copy = 0; much.size() < 30'000'000; ++copy) much += text;
  int failed = 0;
  for (const int milliseconds : {1, 3, 5, 8, 12, 20, 30, 50}) {
    for (const std::size_t left : {std::size_t{0}, much.size() / 3}) {
      write("much.csv", much);
      const auto process = start("mf-train much.csv -k 4 -t 1 -q -o m.model");
      std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
      std::filesystem::resize_file(path("much.csv"), left);
      const Outcome outcome = process->wait();
      BOOST_TEST((outcome.code == 0 || outcome.code == 3 || outcome.code == 4),
                 outcome.code << ' ' << outcome.err);
      failed += has(outcome.err, "became shorter while it was read");
    }
  }
  BOOST_TEST(failed > 0);
}

BOOST_AUTO_TEST_SUITE_END()
