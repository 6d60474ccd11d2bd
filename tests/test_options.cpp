// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <csignal>
#include <iostream>
#include <new>
#include <semaphore>
#include <sstream>
#include <string>
#include <vector>

#include "common/interrupt.hpp"
#include "common/json.hpp"
#include "common/manual.hpp"
#include "common/options.hpp"
#include "common/program.hpp"
#include "common/reading_options.hpp"
#include "mfpar/error.hpp"

using namespace mfpar;
using namespace mfpar::apps;

namespace {

enum class Colour { kRed, kBlue };

/// A program with one option of each kind.
struct Sample {
  std::string model, ratings, output = "model.mfpar";
  int rank = 64;
  std::uint64_t seed = 1;
  double rate = 0.05, share = 0.5;
  bool json = false;
  Colour colour = Colour::kRed;
  Options options;

  Sample() {
    options.positional("MODEL", model, "the model");
    options.positional("RATINGS", ratings, "the ratings", false);
    options.group("Learning");
    options.integer("rank,k", "N", rank, 1, 1024, "Factors.");
    options.integer("seed", "N", seed, std::uint64_t{0}, ~std::uint64_t{0}, "Seed.");
    options.number("learning-rate,r", "RATE", rate, Interval::above(0), "Rate.");
    options.number("share", "SHARE", share, Interval::between(0, 1), "Share.");
    options.text("output,o", "FILE", output, "Output.");
    options.flag("json", json, "JSON.");
    options.choice("colour", colour, {{"red", Colour::kRed}, {"blue", Colour::kBlue}}, "Colour.");
  }

  void parse(const std::vector<std::string>& arguments) { options.parse(arguments); }
};

/// The message that the arguments are refused with, or "accepted".
std::string refusal(const std::vector<std::string>& arguments) {
  Sample sample;
  try {
    sample.parse(arguments);
    sample.options.require_positionals();
  } catch (const Error& e) {
    BOOST_TEST((e.code() == ErrorCode::kBadOption));
    return e.what();
  }
  return "accepted";
}

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
  Sample sample;
  const Captured out(std::cout), err(std::cerr);
  const int code =
      run_program(info, sample.options, static_cast<int>(argv.size()), argv.data(), body);
  return {code, out.text(), err.text()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(options_are_set_wherever_they_stand) {
  Sample sample;
  sample.parse({"a.mfpar", "-k", "8", "r.csv", "--learning-rate=0.25", "--seed",
                "18446744073709551615", "--json", "--colour", "blue", "-oout"});
  BOOST_TEST(sample.model == "a.mfpar");
  BOOST_TEST(sample.ratings == "r.csv");
  BOOST_TEST(sample.rank == 8);
  BOOST_TEST(sample.rate == 0.25);
  BOOST_TEST(sample.seed == 18446744073709551615u);
  BOOST_TEST(sample.json);
  BOOST_TEST((sample.colour == Colour::kBlue));
  BOOST_TEST(sample.output == "out");
  BOOST_TEST(sample.share == 0.5);
  BOOST_TEST(sample.options.given("rank"));
  BOOST_TEST(!sample.options.given("share"));
}

BOOST_AUTO_TEST_CASE(positionals_may_look_odd) {
  Sample sample;
  sample.parse({"-", "--", "--rank"});
  BOOST_TEST(sample.model == "-");
  BOOST_TEST(sample.ratings == "--rank");
}

BOOST_AUTO_TEST_CASE(each_misuse_has_its_message) {
  const std::string rank = "; it must be a whole number from 1 to 1024";
  const std::string rate = "; it must be a number above 0";
  const struct {
    std::vector<std::string> arguments;
    std::string message;
  } cases[] = {
      {{"m"}, "accepted"},
      {{}, "MODEL is missing: the model"},
      {{"m", "r", "x"}, "unexpected argument 'x': no more than 2 are expected"},
      {{"m", "--rnak", "8"}, "unknown option --rnak; did you mean --rank?"},
      {{"m", "--ran=8"}, "unknown option --ran; did you mean --rank?"},
      {{"m", "--rank8"}, "unknown option --rank8; did you mean --rank?"},
      {{"m", "--frobnicate"}, "unknown option --frobnicate"},
      {{"m", "-z"}, "unknown option -z"},
      {{"m", "-k", "8abc"}, "--rank (-k) is '8abc'" + rank},
      {{"m", "-k", "0"}, "--rank (-k) is '0'" + rank},
      {{"m", "-k", "1025"}, "--rank (-k) is '1025'" + rank},
      {{"m", "-k", "99999999999999999999"}, "--rank (-k) is '99999999999999999999'" + rank},
      {{"m", "-k", " 8"}, "--rank (-k) is ' 8'" + rank},
      {{"m", "-k", "8.0"}, "--rank (-k) is '8.0'" + rank},
      {{"m", "-k", "-8"}, "--rank (-k) is '-8'" + rank},
      {{"m", "--rank="}, "option --rank needs a value"},
      {{"m", "--rank"}, "option --rank needs a value"},
      {{"m", "-o", "--json"}, "option --output (-o) needs a value, but --json follows"},
      {{"m", "--output", "--rank=8"}, "option --output (-o) needs a value, but --rank=8 follows"},
      {{"m", "-k", "8", "--rank", "8"}, "option --rank (-k) is given twice"},
      {{"m", "--json", "--json"}, "option --json is given twice"},
      {{"m", "--json=yes"}, "option --json takes no value"},
      {{"m", "-r", "0"}, "--learning-rate (-r) is '0'" + rate},
      {{"m", "-r", "nan"}, "--learning-rate (-r) is 'nan'" + rate},
      {{"m", "-r", "inf"}, "--learning-rate (-r) is 'inf'" + rate},
      {{"m", "-r", "1e999"}, "--learning-rate (-r) is '1e999'" + rate},
      {{"m", "-r", "0,1"}, "--learning-rate (-r) is '0,1'" + rate},
      {{"m", "-rank", "8"}, "--learning-rate (-r) is 'ank'" + rate + "; did you mean --rank?"},
      {{"m", "--share", "1.5"}, "--share is '1.5'; it must be a number from 0 to 1"},
      {{"m", "--seed", "-1"},
       "--seed is '-1'; it must be a whole number from 0 to 18446744073709551615"},
      {{"m", "--colour", "green"}, "--colour is 'green'; it must be one of red|blue"},
  };
  for (const auto& c : cases) BOOST_TEST(refusal(c.arguments) == c.message);
}

BOOST_AUTO_TEST_CASE(every_failure_has_its_exit_code) {
  const auto throwing = [](ErrorCode code) {
    return [code]() -> int { throw Error(code, "what, where"); };
  };
  BOOST_TEST(run({"m"}, [] { return 0; }).code == 0);
  BOOST_TEST(run({"m"}, [] { return int{kInterrupted}; }).code == 130);
  BOOST_TEST(run({"m"}, throwing(ErrorCode::kBadOption)).code == 2);
  BOOST_TEST(run({"m"}, throwing(ErrorCode::kBadData)).code == 3);
  BOOST_TEST(run({"m"}, throwing(ErrorCode::kBadFile)).code == 3);
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
                           "EXAMPLES\n       mf-sample a.mfpar\n", "EXIT CODES\n"}) {
    BOOST_TEST(help.out.find(part) != std::string::npos, part);
  }
  std::istringstream lines(help.out);
  for (std::string line; std::getline(lines, line);) BOOST_TEST(line.size() <= 80u);

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
  const Outcome help = call({"--help"});
  BOOST_TEST(help.code == 0);
  BOOST_TEST(help.out.find("COMMANDS\n       split\n              splits.\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(reading_options_fill_the_library_s) {
  const auto parsed = [](const std::vector<std::string>& arguments) {
    ReadOptions read;
    Options options;
    add_reading_options(options, read);
    options.parse(arguments);
    return read;
  };
  const ReadOptions defaults = parsed({});
  BOOST_TEST(defaults.delimiter == "");
  BOOST_TEST(!defaults.header.has_value());
  const ReadOptions read =
      parsed({"--delimiter", "::", "--no-header", "--columns", "rating=3,user=user_id,item=book id",
              "--on-bad-line", "skip", "--most-bad-share", "0.5", "-s", "3"});
  BOOST_TEST(read.delimiter == "::");
  BOOST_TEST(read.header.value() == false);
  BOOST_TEST(read.user_column == "user_id");
  BOOST_TEST(read.item_column == "book id");
  BOOST_TEST(read.rating_column == "3");
  BOOST_TEST(read.timestamp_column == "");
  BOOST_TEST((read.on_bad_line == ReadOptions::OnBadLine::kSkip));
  BOOST_TEST(read.most_bad_share == 0.5);
  BOOST_TEST(read.threads == 3);
  const std::pair<const char*, const char*> delimiters[] = {
      {"tab", "\t"}, {"\\t", "\t"}, {"\t", "\t"}, {"comma", ","}, {"blank", " "}, {"|", "|"}};
  for (const auto& [word, delimiter] : delimiters) {
    BOOST_TEST(parsed({"--delimiter", word}).delimiter == delimiter);
  }
  for (const std::vector<std::string>& bad :
       std::vector<std::vector<std::string>>{{"--delimiter", "x"},
                                             {"--header", "--no-header"},
                                             {"--columns", "user"},
                                             {"--columns", "user="},
                                             {"--columns", "usr=1"},
                                             {"--columns", "user=1,"},
                                             {"--columns", "user=1,user=2"},
                                             {"--most-bad-share", "1.01"},
                                             {"--threads", "4097"}}) {
    BOOST_CHECK_THROW(parsed(bad), Error);
  }
}

BOOST_AUTO_TEST_CASE(json_is_correct_and_on_one_line) {
  const JsonObject object =
      JsonObject()
          .add("text", "a \"b\"\\\n\t\x01 \xc3\xa9")
          .add("bytes", std::string_view("\xff|\xc0\xaf|\xed\xa0\x80|\xe2\x82"))
          .add("yes", true)
          .add("count", std::uint64_t{18446744073709551615u})
          .add("tenth", 0.1)
          .add("tenth_f", 0.1f)
          .add("big", 1e300)
          .add("nan", std::nan(""))
          .add("inside", JsonObject().add("k", -1));
  const std::string bad = "\\ufffd";
  BOOST_TEST(object.text() ==
             "{\"text\":\"a \\\"b\\\"\\\\\\n\\t\\u0001 \xc3\xa9\","
             "\"bytes\":\"" +
                 bad + "|" + bad + bad + "|" + bad + bad + bad + "|" + bad + bad +
                 "\",\"yes\":true,\"count\":18446744073709551615,\"tenth\":0.1,\"tenth_f\":0.1,"
                 "\"big\":1e+300,\"nan\":null,\"inside\":{\"k\":-1}}");
}

BOOST_AUTO_TEST_CASE(the_first_signal_requests_a_stop) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const Interrupt interrupt;
    BOOST_TEST(!interrupt.requested());
    std::binary_semaphore stopped(0);
    const std::stop_callback callback(interrupt.token(), [&] { stopped.release(); });
    std::raise(signal);
    stopped.acquire();
    BOOST_TEST(interrupt.requested());
    // The second one would end the process: its action is the default again.
    struct sigaction now {};
    sigaction(signal, nullptr, &now);
    BOOST_TEST((now.sa_handler == SIG_DFL));
  }
}

BOOST_AUTO_TEST_CASE(the_nearest_name_is_offered_only_when_near) {
  const std::vector<std::string> names{"rank", "threads", "valid-fraction"};
  BOOST_TEST(nearest("thread", names) == "threads");
  BOOST_TEST(nearest("valid", names) == "valid-fraction");
  BOOST_TEST(nearest("valid-fractoin", names) == "valid-fraction");
  BOOST_TEST(nearest("x", names) == "");
  BOOST_TEST(nearest("header", names) == "");
}
