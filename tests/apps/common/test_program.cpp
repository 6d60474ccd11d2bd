// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <new>
#include <semaphore>
#include <sstream>
#include <string>
#include <vector>

#include "common/csv.hpp"
#include "common/interrupt.hpp"
#include "common/output_file.hpp"
#include "common/program.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::apps;

BOOST_AUTO_TEST_SUITE(test_program)

namespace {

enum class Colour { kRed, kBlue };

/// What a call writes to a stream.
class Captured {
 public:
  explicit Captured(std::ostream& stream) : stream_(stream), old_(stream.rdbuf(text_.rdbuf())) {}
  ~Captured() { stream_.rdbuf(old_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostream& stream_;
  std::ostringstream text_;
  std::streambuf* old_;
};

struct Outcome {
  int code;
  std::string out, err;
};

Outcome run(const std::vector<const char*>& arguments, const std::function<int()>& body) {
  std::vector<const char*> argv{"mf-sample"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const ProgramInfo info{.name = "mf-sample",
                         .purpose = "shows the frame of a program",
                         .synopsis = "MODEL [RATINGS] [OPTION]...",
                         .description = "A first paragraph.\n\nA second one.",
                         .examples = {{"mf-sample a.mfpar", "The shortest call."}},
                         .kernel = [] { return std::string("avx2"); }};
  std::string model, ratings;
  int rank = 64;
  double rate = 0.05;
  bool json = false;
  Colour colour = Colour::kRed;
  Options options;
  options.positional("MODEL", model, "the model");
  options.positional("RATINGS", ratings, "the ratings", false);
  options.group("Learning");
  options.integer("rank,k", "N", rank, 1, 1024, "Factors.");
  options.number("learning-rate,r", "RATE", rate, Interval::above(0), "Rate.");
  options.flag("json", json, "JSON.");
  options.choice("colour", colour, {{"red", Colour::kRed}, {"blue", Colour::kBlue}}, "Colour.");
  const Captured out(std::cout), err(std::cerr);
  const int code = run_program(info, options, static_cast<int>(argv.size()), argv.data(), body);
  return {code, out.text(), err.text()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_failure_has_its_exit_code) {
  const auto throwing = [](ErrorCode code) {
    return [code]() -> int { throw Error(code, "what, where"); };
  };
  BOOST_TEST(run({"m"}, [] { return 0; }).code == 0);
  BOOST_TEST(run({"m"}, [] { return int{kInterrupted}; }).code == 130);
  BOOST_TEST(run({"m"}, throwing(ErrorCode::kBadOption)).code == 2);
  BOOST_TEST(run({"m"}, throwing(ErrorCode::kBadData)).code == 3);
  BOOST_TEST(run({"m"}, throwing(ErrorCode::kBadFile)).code == 4);
  BOOST_TEST(run({"m"}, throwing(ErrorCode::kDiverged)).code == 5);
  BOOST_TEST(run({"m"}, []() -> int { throw std::bad_alloc(); }).code == 4);
  BOOST_TEST(run({"m"}, []() -> int { throw std::logic_error("x"); }).code == 1);
  BOOST_TEST(run({"m"}, []() -> int { throw 1; }).code == 1);
  const Outcome system = run({"m"}, throwing(ErrorCode::kSystem));
  BOOST_TEST(system.code == 4);
  BOOST_TEST(system.out == "");
  BOOST_TEST(system.err == "mf-sample: error: what, where\n");
  const Outcome usage = run({"m", "--rnak"}, [] { return 0; });
  BOOST_TEST(usage.code == 2);
  BOOST_TEST(usage.out == "");
  BOOST_TEST(usage.err ==
             "mf-sample: error: unknown option --rnak; did you mean --rank?\n"
             "Try 'mf-sample --help'.\n");
  const Outcome lost = run({"m"}, [] {
    std::cout.setstate(std::ios::badbit);
    return 0;
  });
  std::cout.clear();
  BOOST_TEST(lost.code == 4);
}

BOOST_AUTO_TEST_CASE(options_may_stand_in_a_file) {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.conf", "rank = 8\n");
  BOOST_TEST(run({"m", "--config", file.c_str()}, [] { return 0; }).code == 0);
  BOOST_CHECK_THROW(check_output("-o", file, {}), Error);
  folder.write("a.conf", "rank = 8\nquiet = true\n");
  const Outcome quiet = run({"m", "--config", file.c_str()}, [] {
    std::cout << "words";
    return 0;
  });
  BOOST_TEST(quiet.out == "");
  folder.write("a.conf", "\nrank = 0\n");
  const Outcome bad = run({"m", "--config", file.c_str()}, [] { return 0; });
  BOOST_TEST(bad.code == 2);
  BOOST_TEST(bad.err.starts_with("mf-sample: error: " + file + ":2: --rank (-k) is '0'; it must"));
  BOOST_TEST(run({"--config", file.c_str(), "--help"}, [] { return 1; }).code == 0);
  BOOST_TEST(run({"m", "--config", "nothere"}, [] { return 0; }).code == 4);
}

BOOST_AUTO_TEST_CASE(help_reads_like_a_manual_page) {
  const Outcome help = run({"--help"}, [] { return 1; });
  BOOST_TEST(help.code == 0);
  BOOST_TEST(help.err == "");
  const std::string expected_start =
      "NAME\n"
      "       mf-sample - shows the frame of a program\n"
      "\n"
      "SYNOPSIS\n"
      "       mf-sample MODEL [RATINGS] [OPTION]...\n"
      "\n"
      "DESCRIPTION\n"
      "       A first paragraph.\n"
      "\n"
      "       A second one.\n"
      "\n"
      "ARGUMENTS\n"
      "       MODEL\n"
      "              the model\n"
      "       RATINGS\n"
      "              the ratings\n"
      "\n"
      "LEARNING\n"
      "       -k, --rank N\n"
      "              Factors. Default: 64.\n";
  BOOST_TEST(help.out.substr(0, expected_start.size()) == expected_start);
  for (const char* part : {"--learning-rate RATE\n              Rate. Default: 0.05.\n",
                           "--colour red|blue\n              Colour. Default: red.\n",
                           "       --json\n              JSON.\n", "OTHER OPTIONS\n",
                           "EXAMPLES\n       mf-sample a.mfpar\n", "EXIT STATUS\n"}) {
    BOOST_TEST(help.out.find(part) != std::string::npos, part);
  }
  std::istringstream lines(help.out);
  for (std::string line; std::getline(lines, line);) BOOST_TEST(line.size() <= 80u);

  const Outcome usage = run({"-h"}, [] { return 1; });
  BOOST_TEST(usage.code == 0);
  BOOST_TEST(usage.out ==
             "usage: mf-sample MODEL [RATINGS] [OPTION]...\n"
             "shows the frame of a program\n"
             "\n"
             "  -k, --rank N          Factors\n"
             "  -r, --learning-rate RATE  Rate\n"
             "  -q, --quiet           Print warnings and errors only\n"
             "  -h, --usage           Print a short usage and exit\n"
             "\n"
             "For example: mf-sample a.mfpar\n"
             "All options, and more examples: mf-sample --help\n");

  const Outcome loud = run({"m"}, [] {
    std::cout << "result\n";
    return 0;
  });
  BOOST_TEST(loud.out == "result\n");
  const Outcome quiet = run({"m", "-q"}, [] {
    std::cout << "result\n" << 5;
    std::cerr << "warning\n";
    return 3;
  });
  BOOST_TEST(quiet.code == 3);
  BOOST_TEST(quiet.out == "");
  BOOST_TEST(quiet.err == "warning\n");

  const Outcome version = run({"--version", "m"}, [] { return 1; });
  BOOST_TEST(version.code == 0);
  BOOST_TEST(version.out.starts_with("mf-sample (mfpar) "));
  BOOST_TEST(version.out.ends_with(", kernel avx2\n"));
}

BOOST_AUTO_TEST_CASE(a_program_with_commands_passes_the_rest_on) {
  const ProgramInfo info{.name = "mf-many",
                         .purpose = "does many things",
                         .synopsis = "COMMAND [ARGUMENT]...",
                         .description = "Many.",
                         .examples = {},
                         .kernel = {}};
  std::vector<std::string> got;
  const Command commands[] = {{"split", "splits", [&](int argc, const char* const* argv) {
                                 got.assign(argv, argv + argc);
                                 return 7;
                               }}};
  const auto call = [&](std::vector<const char*> argv) {
    const Captured out(std::cout), err(std::cerr);
    argv.insert(argv.begin(), "mf-many");
    const int code = run_commands(info, commands, static_cast<int>(argv.size()), argv.data());
    return Outcome{code, out.text(), err.text()};
  };
  BOOST_TEST(call({"split", "--a", "b"}).code == 7);
  BOOST_TEST(got == (std::vector<std::string>{"split", "--a", "b"}),
             boost::test_tools::per_element());
  BOOST_TEST(call({}).code == 2);
  const Outcome mistyped = call({"splti"});
  BOOST_TEST(mistyped.code == 2);
  BOOST_TEST(mistyped.err.find("did you mean split?") != std::string::npos);
  const Outcome usage = call({"-h"});
  BOOST_TEST(usage.out.starts_with("usage: mf-many COMMAND [ARGUMENT]...\n"));
  BOOST_TEST(usage.out.find("  split                 splits\n") != std::string::npos);
  const Outcome help = call({"--help"});
  BOOST_TEST(help.code == 0);
  BOOST_TEST(help.out.find("COMMANDS\n       split\n              splits.\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_first_signal_requests_a_stop) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    BOOST_TEST((before.sa_handler != SIG_IGN));
    const Interrupt interrupt;
    BOOST_TEST(!interrupt.requested());
    std::binary_semaphore stopped(0);
    const std::stop_callback callback(interrupt.token(), [&] { stopped.release(); });
    std::raise(signal);
    stopped.acquire();
    BOOST_TEST(interrupt.requested());
    // The second one would end the process: its action is that of before.
    struct sigaction now {};
    sigaction(signal, nullptr, &now);
    BOOST_TEST((now.sa_handler == before.sa_handler));
  }
}

BOOST_AUTO_TEST_CASE(csv_fields_are_quoted_where_they_must_be) {
  BOOST_TEST(csv_field("plain 'text'; 1") == "plain 'text'; 1");
  BOOST_TEST(csv_field("") == "");
  BOOST_TEST(csv_field("a,b") == "\"a,b\"");
  BOOST_TEST(csv_field("say \"a\"") == "\"say \"\"a\"\"\"");
  BOOST_TEST(csv_field("two\nlines") == "\"two\nlines\"");
  BOOST_TEST(csv_field("a,b", '\t') == "a,b");
  BOOST_TEST(csv_field("a\tb", '\t') == "\"a\tb\"");
  BOOST_TEST(shortest_decimal(3.5f) == "3.5");
  BOOST_TEST(shortest_decimal(0.1f) == "0.1");
  BOOST_TEST(shortest_decimal(-4.0f) == "-4");
}

BOOST_AUTO_TEST_CASE(an_output_never_replaces_an_input) {
  const TemporaryFolder folder;
  const std::string input = folder.write("input", "1,2,3\n");
  std::filesystem::create_symlink(input, folder.path("link"));
  for (const std::string& output : {input, folder.path("./input"), folder.path("link")}) {
    BOOST_CHECK_EXCEPTION(check_output("--predictions", output, {"-", input}), Error,
                          [&](const Error& e) {
                            return e.code() == ErrorCode::kBadOption &&
                                   std::string(e.what()).starts_with("--predictions " + output);
                          });
  }
  check_output("--predictions", folder.path("other"), {"-", input, folder.path("missing")});
  check_output("--predictions", "/dev/null", {"/dev/null"});
  const std::string same[] = {folder.path("new"), folder.path("other"), folder.path("./new")};
  check_distinct(std::span(same).first(2));
  BOOST_CHECK_EXCEPTION(check_distinct(same), Error, [&](const Error& e) {
    return e.code() == ErrorCode::kBadOption && std::string(e.what()).ends_with("file, " + same[2]);
  });
  BOOST_CHECK_EXCEPTION(check_output("-o", folder.path(""), {input}), Error,
                        [](const Error& e) { return e.code() == ErrorCode::kSystem; });
  BOOST_TEST(std::filesystem::file_size(input) == 6u);
}

BOOST_AUTO_TEST_SUITE_END()
