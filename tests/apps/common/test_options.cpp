// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/options.hpp"
#include "common/reading_options.hpp"
#include "mfpar/error.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::apps;

BOOST_AUTO_TEST_SUITE(test_options)

namespace {

enum class Colour { kRed, kBlue };

/// A program with one option of each kind.
struct Sample {
  std::string model, ratings, output = "model.mfpar";
  int rank = 64;
  std::uint64_t seed = 1;
  double rate = 0.05, share = 0.5;
  std::optional<double> part;
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
    options.number("part", "SHARE", part, {.lowest = 0, .open_lowest = true}, "Part.");
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
  BOOST_TEST(!sample.part);
  sample.parse({"--part", "0.125"});
  BOOST_TEST(sample.part.value() == 0.125);
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
      {{"m", "-rank", "8"}, "unknown option -rank; did you mean --rank?"},
      {{"m", "-rnak", "8"}, "--learning-rate (-r) is 'nak'" + rate + "; did you mean --rank?"},
      {{"m", "--part", "0"}, "--part is '0'; it must be a number above 0"},
      {{"m", "--share", "1.5"}, "--share is '1.5'; it must be a number from 0 to 1"},
      {{"m", "--seed", "-1"},
       "--seed is '-1'; it must be a whole number from 0 to 18446744073709551615"},
      {{"m", "--colour", "green"}, "--colour is 'green'; it must be one of red|blue"},
  };
  for (const auto& c : cases) BOOST_TEST(refusal(c.arguments) == c.message);
}

BOOST_AUTO_TEST_CASE(names_of_other_programs_are_known) {
  const struct {
    const char *written, *meant;
  } cases[] = {{"--lr", "--learning-rate"},
               {"--learning_rate", "--learning-rate"},
               {"--LearningRate", "--learning-rate"},
               {"--learning-rate-x", "--learning-rate"},
               {"--learnign-rate", "--learning-rate"},
               {"--eta=0.1", "--learning-rate"},
               {"-lr", "--learning-rate"},
               {"-learning_rate", "--learning-rate"},
               {"--k", "--rank"},
               {"--factors", "--rank"},
               {"--n_factors", "--rank"},
               {"--dim=8", "--rank"},
               {"-dim", "--rank"},
               {"-rank", "--rank"},
               {"--Rank", "--rank"},
               {"-d", "--rank"},
               {"--random_state", "--seed"},
               {"-seed", "--seed"},
               {"--out", "--output"},
               {"-output", "--output"},
               {"-out", "--output"},
               {"--color", "--colour"},
               {"-colour", "--colour"},
               {"-json", "--json"},
               {"--jsno", "--json"},
               {"--input", "RATINGS without an option's name"},
               {"-input", "RATINGS without an option's name"},
               {"--model", "MODEL without an option's name"},
               {"--frobnicate", ""},
               {"-xyzzy", ""},
               {"-z", ""}};
  for (const auto& c : cases) {
    const std::string written = c.written, name = written.substr(0, written.find('='));
    const std::string expected =
        "unknown option " + name +
        (*c.meant == '\0' ? "" : std::string("; did you mean ") + c.meant + "?");
    BOOST_TEST(refusal({"m", written, "8"}) == expected, written);
    BOOST_TEST(refusal({written, "8", "m"}) == expected, written);
    // What follows an option is its value, and what follows -- is an argument.
    BOOST_TEST(refusal({"m", "--", written}) == "accepted", written);
  }
  BOOST_TEST(refusal({"m", "-o", "-lr"}) == "accepted");
  BOOST_TEST(refusal({"m", "-oout"}) == "accepted");
  BOOST_TEST(refusal({"m", "-k8", "-r0.5"}) == "accepted");
}

BOOST_AUTO_TEST_CASE(an_argument_too_many_may_be_explained) {
  Sample sample;
  sample.options.explain_extra([](const std::string& value) { return "write -o " + value; });
  BOOST_CHECK_EXCEPTION(sample.parse({"m", "r", "x"}), Error, [](const Error& e) {
    return std::string(e.what()) == "unexpected argument 'x': write -o x";
  });
}

BOOST_AUTO_TEST_CASE(what_was_given_can_be_typed_again) {
  Sample sample;
  sample.options.hidden("gone", "FILE", sample.output);
  sample.parse({"m", "-k", "8", "--json", "--output=my model's", "--gone", "x"});
  BOOST_TEST(sample.options.as_given("rank") == " --rank 8");
  BOOST_TEST(sample.options.as_given("json") == " --json");
  BOOST_TEST(sample.options.as_given("output") == " --output 'my model'\\''s'");
  BOOST_TEST(sample.options.as_given("seed") == "");
  BOOST_TEST(sample.options.given("gone"));
}

BOOST_AUTO_TEST_CASE(a_file_gives_what_the_command_line_does_not) {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("a.conf",
                   "\xEF\xBB\xBFrank = 8\r\n# a comment\n\n  learning-rate=0.25 # and another\n"
                   "output = my # 1\njson = true\ncolour\t=\tblue");
  Sample sample;
  sample.parse({"m", "--output", "typed", "-r", "0.5"});
  sample.options.read_file(path);
  BOOST_TEST(sample.rank == 8);
  BOOST_TEST(sample.rate == 0.5);
  BOOST_TEST(sample.output == "typed");
  BOOST_TEST(sample.json);
  BOOST_TEST((sample.colour == Colour::kBlue));
  BOOST_TEST(sample.options.given("rank"));
  BOOST_TEST(sample.options.as_given("rank") == " --rank 8");
  BOOST_TEST(sample.options.given().size() == 5u);

  const std::string rank = "; it must be a whole number from 1 to 1024";
  const struct {
    const char *text, *message;
  } cases[] = {
      {"", "accepted"},
      {"json = false", "accepted"},
      {"rnak = 3", "1: there is no option \"rnak\"; did you mean rank?"},
      {"\n\nlearning_rate = 3",
       "3: there is no option \"learning_rate\"; did you mean learning-rate?"},
      {"k = 3", "1: there is no option \"k\"; did you mean rank?"},
      {"--rank = 3", "1: there is no option \"--rank\"; did you mean rank?"},
      {"input = x", "1: there is no option \"input\"; RATINGS is given on the command line"},
      {"xyzzy = 1",
       "1: there is no option \"xyzzy\"; --help lists all, and a line is to be like: rank = 32"},
      {"= 1", "1: there is no option \"\"; --help lists all, and a line is to be like: rank = 32"},
      {"help = true", "1: help is for the command line only; leave the line out"},
      {"config = b", "1: config is for the command line only; leave the line out"},
      {"rank 3", "1: \"rank 3\" has no =; write rank = N"},
      {"rank =  # none", "1: rank has no value; write rank = N, or leave the line out"},
      {"rank = 0", "1: --rank (-k) is '0'"},
      {"rank = 8#", "1: --rank (-k) is '8#'"},
      {"rank = 3\nrank = 4", "2: option --rank (-k) is given twice"},
      {"json", "1: \"json\" has no =; write json = true"},
      {"json = yes", "1: json is \"yes\"; it must be true or false"},
      {"colour = green", "1: --colour is 'green'; it must be one of red|blue"},
  };
  for (const auto& c : cases) {
    Sample other;
    const std::string file = folder.write("b.conf", c.text);
    std::string message = "accepted";
    try {
      other.options.read_file(file);
    } catch (const Error& e) {
      BOOST_TEST((e.code() == ErrorCode::kBadOption), c.text);
      message = e.what();
    }
    const std::string expected =
        std::string(c.message) == "accepted" ? c.message : file + ":" + c.message;
    BOOST_TEST(message == expected + (expected.find("(-k) is '") == expected.npos ? "" : rank));
    BOOST_TEST(!other.json);
  }
  for (const std::string& missing : {folder.path("nothere"), folder.path(".")}) {
    BOOST_CHECK_EXCEPTION(sample.options.read_file(missing), Error, [&](const Error& e) {
      return e.code() == ErrorCode::kSystem &&
             std::string(e.what()).starts_with(missing + ": cannot be read: ");
    });
  }
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

BOOST_AUTO_TEST_CASE(the_nearest_name_is_offered_only_when_near) {
  const std::vector<std::string> names{"rank", "threads", "valid-fraction"};
  BOOST_TEST(nearest("thread", names) == "threads");
  BOOST_TEST(nearest("valid", names) == "valid-fraction");
  BOOST_TEST(nearest("valid-fractoin", names) == "valid-fraction");
  BOOST_TEST(nearest("x", names) == "");
  BOOST_TEST(nearest("header", names) == "");
}

BOOST_AUTO_TEST_CASE(what_may_come_often_is_collected) {
  std::string model;
  std::vector<std::string> pairs, users;
  Options options;
  options.positional("MODEL", model, "the model");
  options.rest("PAIR", pairs, "pairs");
  options.texts("user,u", "ID", users, "Users.");
  options.parse({"a.model", "-u", "1", "x=5", "--user=two", "y=4", "-u1"});
  options.require_positionals();
  BOOST_TEST(model == "a.model");
  BOOST_TEST(pairs == (std::vector<std::string>{"x=5", "y=4"}));
  BOOST_TEST(users == (std::vector<std::string>{"1", "two", "1"}));
  BOOST_TEST(options.given("user"));
}

BOOST_AUTO_TEST_SUITE_END()
