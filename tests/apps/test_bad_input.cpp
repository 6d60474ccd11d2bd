// SPDX-License-Identifier: MIT
//
// What the programs make of input that other programs crash on or quietly learn nonsense from: the
// exit code of the kind of trouble, one message that names it, and every file as it was.
#include <boost/test/unit_test.hpp>
#include <string>

#include "test_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_bad_input)

namespace {

/// `lines` lines of good ratings "u i r", as LIBMF writes them.
std::string good_lines(int lines) {
  std::string text;
  for (int i = 0; i < lines; ++i) {
    text += std::to_string(i % 97) + ' ' + std::to_string(i / 97) + ' ' +
            std::to_string(1 + i % 5) + '\n';
  }
  return text;
}

/// Files to run programs on, good ones and bad ones.
struct Files : TestFolder {
  Files() {
    write("good.txt", good_lines(2000));
    write("empty", "");
    write("header-only.csv", "userId,movieId,rating\n");
    write("bad-row.txt", good_lines(1000) + "4 four\n" + good_lines(4000));
    write("nan.csv", "1,1,5\n1,2,nan\n");
    write("word.csv", "1,1,5\n1,2,good\n");
    write("zip", std::string("PK\x03\x04\x14\x00\x00\x00", 8));
    write("cut.gz", std::string("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03\x4B", 11));
    BOOST_REQUIRE(run("mf-train good.txt -k 4 -t 2 -q -o old.model").code == 0);
    const std::string model = read("old.model");
    write("cut.model", model.substr(0, model.size() / 2));
    std::string flipped = model;
    flipped[model.size() / 2] ^= 0x10;
    write("flipped.model", flipped);
  }
};

/// Whether `text` is one error of `program`, on one line but for the hint of usage errors.
bool is_one_message(const std::string& text, const std::string& program, int code) {
  const std::string hint = code == 2 ? "Try '" + program + " --help'.\n" : "";
  const std::string begin = program + ": error: ";
  const std::size_t at = text.find(begin);
  if (at == text.npos || (at > 0 && text[at - 1] != '\n') || !text.ends_with("\n" + hint)) {
    return false;
  }
  const std::string message = text.substr(at, text.size() - at - hint.size());
  return message.find('\n') == message.size() - 1;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(trouble_is_named_and_nothing_is_touched, Files) {
  struct {
    const char* command;
    int code;
    const char* message;  // a part of it
  } const rows[] = {
      // Numbers out of range, or not numbers to the end.
      {"mf-train good.txt -o old.model -k 0", 2, "--rank (-k) is '0'"},
      {"mf-train good.txt -o old.model -k 1025", 2, "from 1 to 1024"},
      {"mf-train good.txt -o old.model -k 8abc", 2, "--rank (-k) is '8abc'"},
      {"mf-train good.txt -o old.model -k", 2, "--rank needs a value"},
      {"mf-train good.txt -o old.model -s -1", 2, "--threads (-s) is '-1'"},
      {"mf-train good.txt -o old.model -t 0", 2, "--epochs (-t) is '0'"},
      {"mf-train good.txt -o old.model -r 0", 2, "--learning-rate (-r) is '0'"},
      {"mf-train good.txt -o old.model -r nan", 2, "--learning-rate (-r) is 'nan'"},
      {"mf-train good.txt -o old.model --lambda-factors -1", 2, "--lambda-factors is '-1'"},
      {"mf-train good.txt -o old.model --valid-fraction 1", 2, "--valid-fraction is '1'"},
      {"mf-train good.txt -o old.model --seed 1.5", 2, "--seed is '1.5'"},
      {"mf-train good.txt -o old.model --train-mse sample:0", 2, "--train-mse is 'sample:0'"},
      {"mf-train good.txt -o old.model --penalty l2", 2, "per-rating|square-root|total"},
      {"mf-train good.txt -o old.model --kernel mmx", 2, "mmx"},
      // Options that are none, too many arguments, too few, and contradictions.
      {"mf-train good.txt -o old.model --learning-rat 1", 2, "did you mean --learning-rate?"},
      {"mf-train --hlep", 2, "did you mean --help?"},
      {"mf-train", 2, "RATINGS is missing"},
      {"mf-train good.txt second.txt -o old.model", 2, "'second.txt'"},
      {"mf-train good.txt -o old.model -k 4 -k 8", 2, "given twice"},
      {"mf-train good.txt -o old.model --folds 3", 2, "--folds"},
      {"mf-train good.txt -o old.model --split-last 1 --split-time 5", 2, "--split-time"},
      {"mf-train good.txt -o old.model --split-by-user 0.2 --split-last 1", 2, "--split-last"},
      {"mf-train good.txt -o old.model --split-by-user 0.2 -p empty", 2, "--split-by-user"},
      {"mf-train good.txt -o old.model --split-by-user 0.2 --valid-fraction 0.2", 2,
       "--split-by-user"},
      {"mf-train good.txt --split-by-user 0.2 --folds 3", 2, "--split-by-user"},
      {"mf-train good.txt -o old.model --split-by-user 0", 2, "--split-by-user is '0'"},
      {"mf-train good.txt -o old.model --split-last 1", 2, "timestamp"},
      {"mf-train good.txt -o old.model --schedule hogwild --deterministic", 2, "contradicts"},
      {"mf-train good.txt -o old.model --deterministic --schedule hogwild", 2, "contradicts"},
      {"mf-train good.txt -o old.model --warm-start old.model -k 5", 2, "rank"},
      {"mf-train good.txt -o good.txt", 2, "good.txt"},
      {"mf-train good.txt -o old.model --log-json good.txt", 2, "good.txt"},
      {"mf-train good.txt -o old.model -p empty --valid-fraction 0.2", 2, "--valid-fraction"},
      {"mf-train good.txt -o old.model --folds 3000", 2, "--output"},
      {"mf-train good.txt --folds 3000 -t 1", 2, "3000"},
      {"mf-train good.txt -o old.model --columns rating=stars", 2, "stars"},
      {"mf-eval old.model", 2, "RATINGS is missing"},
      {"mf-eval old.model good.txt --predictions old.model", 2, "old.model"},
      {"mf-eval old.model good.txt --predictions good.txt", 2, "good.txt"},
      // Ratings that cannot be used.
      {"mf-train empty -o old.model", 3, "empty"},
      {"mf-train header-only.csv -o old.model", 3, "header-only.csv: has a header line only"},
      {"mf-train bad-row.txt -o old.model", 3, "bad-row.txt:1001:"},
      {"mf-train bad-row.txt -o new.model", 3, "bad-row.txt:1001:"},
      {"mf-train bad-row.txt -o old.model --on-bad-line skip --most-bad-share 0.0001", 3,
       "1 of 5001"},
      {"mf-train nan.csv -o old.model", 3, "nan.csv:2:"},
      {"mf-train word.csv -o old.model", 3, "word.csv:2:"},
      {"mf-train zip -o old.model", 3, "zip"},
      {"mf-train cut.gz -o old.model", 3, "cut.gz"},
      {"mf-train old.model -o new.model", 3, "old.model"},
      {"mf-train good.txt -p bad-row.txt -o old.model", 3, "bad-row.txt:1001:"},
      {"mf-eval old.model bad-row.txt --predictions new.csv", 3, "bad-row.txt:1001:"},
      {"mf-eval old.model empty", 3, "empty"},
      // Models that are none.
      {"mf-eval cut.model good.txt", 4, "cut.model: at byte 32: the file is truncated"},
      {"mf-eval flipped.model good.txt", 4, "flipped.model: at byte "},
      {"mf-eval good.txt good.txt", 4, "good.txt: at byte 0: a model file was expected"},
      {"mf-train good.txt -o old.model --warm-start cut.model -k 4", 4, "cut.model"},
      // Files that are not there or not to be had.
      {"mf-train missing.txt -o old.model", 4, "missing.txt: cannot be opened: No such file"},
      {"mf-train good.txt -p missing.txt -o old.model", 4, "missing.txt: cannot be opened"},
      {"mf-train good.txt -o old.model --warm-start missing.model", 4, "missing.model"},
      {"mf-train good.txt -o nowhere/new.model", 4, "nowhere"},
      {"mf-train good.txt -o old.model --log-json nowhere/log", 4, "nowhere/log"},
      {"mf-train . -o old.model", 3, "is a folder of different files"},
      {"mf-eval missing.model good.txt", 4, "missing.model: cannot be opened"},
      {"mf-eval old.model missing.txt", 4, "missing.txt: cannot be opened"},
      {"mf-eval old.model good.txt --predictions nowhere/new.csv", 4, "nowhere"},
      // Outputs that would destroy an input or each other.
      {"mf-train good.txt -o good.txt", 2, "good.txt would replace a file that is to be read"},
      {"mf-train good.txt -o new.model --log-json good.txt", 2, "--log-json good.txt would"},
      {"mf-train good.txt -o new.model --warm-start old.model --log-json old.model -k 4", 2,
       "--log-json old.model would"},
      {"mf-train good.txt -o new --log-json ./new", 2, "two outputs are the same file"},
      // Training that leaves the finite numbers.
      {"mf-train good.txt -o old.model -r 1e6", 5, "diverged"},
      {"mf-train good.txt -o old.model -r 1e6 --step-rule sgd", 5, "diverged"},
      {"mf-train good.txt -o new.model -r 1e6 --schedule blocks --step-rule sgd", 5, "diverged"},
  };
  const auto before = files();
  for (const auto& row : rows) {
    const Outcome outcome = run(row.command);
    BOOST_TEST(outcome.code == row.code, row.command << ": exit " << outcome.code);
    BOOST_TEST((outcome.err.find(row.message) != std::string::npos),
               row.command << ": " << outcome.err);
    BOOST_TEST(
        is_one_message(outcome.err, row.command[3] == 't' ? "mf-train" : "mf-eval", row.code),
        row.command << ": " << outcome.err);
    BOOST_TEST((files() == before), row.command << " touched a file");
  }
}

BOOST_FIXTURE_TEST_CASE(what_looks_odd_but_is_sound_is_taken, Files) {
  write("header.csv", "userId,movieId,rating\n1,1,5\n1,2,3\n2,1,4\n");
  write("big-id.txt", "2000000000 1 5\n1 2000000000 3\n1 1 4\n");
  write("negative-id.txt", "-1 1 5\n1 2 3\n1 1 4\n");
  write("zeros.dat", "1::0104257::7::1363245118\n1::104257::9::1363245119\n");
  for (const char* name : {"header.csv", "big-id.txt", "negative-id.txt"}) {
    const Outcome outcome =
        run(std::string("mf-train ") + name + " -k 8 -t 2 --valid-fraction 0 --threads 0 -o new");
    BOOST_TEST(outcome.code == 0, name << ": " << outcome.err);
    BOOST_TEST((outcome.err.find(": 3 ratings of 2 users and 2 items") != std::string::npos),
               name << ": " << outcome.err);
    // Ids are names: the largest does not decide how much memory there must be.
    BOOST_TEST(outcome.peak_kib < 1'000'000, name);
    BOOST_TEST((outcome.err.find("user id -1 is negative") != std::string::npos) ==
               (name == std::string("negative-id.txt")));
  }
  // Two items, and the predictions name them letter for letter.
  BOOST_TEST(run("mf-train zeros.dat -q -t 2 --valid-fraction 0 -o zeros.model").code == 0);
  BOOST_TEST(run("mf-eval zeros.model zeros.dat --predictions out.csv").code == 0);
  const auto predictions = lines("out.csv");
  BOOST_REQUIRE(predictions.size() == 3u);
  BOOST_TEST(predictions[1].starts_with("1,0104257,7,"));
  BOOST_TEST(predictions[2].starts_with("1,104257,9,"));
}

BOOST_FIXTURE_TEST_CASE(training_that_finds_nothing_better_than_its_start_says_so, Files) {
  const std::string words = "warning: no epoch was better than the start";
  const Outcome standing = run("mf-train good.txt -k 4 -t 2 -r 1e-30 --schedule blocks -o new");
  BOOST_TEST(standing.code == 0);
  BOOST_TEST(standing.err.find(words) != std::string::npos, standing.err);
  const Outcome learning = run("mf-train good.txt -k 4 -t 2 --valid-fraction 0 -o new");
  BOOST_TEST(learning.code == 0);
  BOOST_TEST(learning.err.find(words) == std::string::npos, learning.err);
}

BOOST_FIXTURE_TEST_CASE(bad_lines_can_be_left_out_and_are_counted, Files) {
  const Outcome outcome = run("mf-train bad-row.txt --on-bad-line skip -k 4 -t 2 --log-json log");
  BOOST_TEST(outcome.code == 0);
  BOOST_TEST(outcome.err.find("left out: 1 bad line") != std::string::npos, outcome.err);
  BOOST_TEST(outcome.err.find("bad-row.txt:1001:") != std::string::npos, outcome.err);
  BOOST_TEST(json_number(lines("log").front(), "bad_lines") == 1);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_is_no_model_is_not_taken_for_the_default_output, Files) {
  write("good.txt.model", "notes of mine\n");
  const auto before = files();
  const Outcome outcome = run("mf-train good.txt -k 4 -t 2");
  BOOST_TEST(outcome.code == 2);
  BOOST_TEST(outcome.err.find("good.txt.model exists") != std::string::npos, outcome.err);
  BOOST_TEST((files() == before));
}

BOOST_FIXTURE_TEST_CASE(help_and_version_are_asked_for_not_trained_on, Files) {
  const auto before = files();
  for (const std::string program : {"mf-train", "mf-eval"}) {
    const Outcome help = run(program + " --help");
    BOOST_TEST(help.code == 0);
    BOOST_TEST(help.err == "");
    BOOST_TEST(help.out.starts_with("NAME\n       " + program + " - "));
    for (const char* part : {"SYNOPSIS\n", "EXAMPLES\n", "EXIT STATUS\n", "--threads"}) {
      BOOST_TEST((help.out.find(part) != std::string::npos), program << " lacks " << part);
    }
    const Outcome version = run(program + " --version");
    BOOST_TEST(version.code == 0);
    BOOST_TEST(version.out.starts_with(program + " (mfpar) "));
  }
  BOOST_TEST((files() == before));
}

BOOST_AUTO_TEST_SUITE_END()
