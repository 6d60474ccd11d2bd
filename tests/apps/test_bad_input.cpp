// SPDX-License-Identifier: MIT
//
// What the programs make of input that other programs crash on or quietly learn nonsense from: the
// exit code of the kind of trouble, one message that names it, and every file as it was.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <filesystem>
#include <string>

#include "bad_inputs.hpp"
#include "forged_models.hpp"
#include "literal_model.hpp"
#include "sanitized.hpp"
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

/// What every table has besides its own files.
struct Files : TestFolder {
  Files() {
    write("good.txt", good_lines(2000));
    write("late.txt", good_lines(1000) + "4 four\n" + good_lines(4000));
    std::filesystem::create_directory(path("folder"));
    std::filesystem::create_symlink("nothing", path("dangling"));
    BOOST_REQUIRE(run("mf-train good.txt -k 4 -t 2 -q -o old.model").code == 0);
    BOOST_REQUIRE(
        run("mf-train good.txt -k 4 -t 2 -q --feedback one-class -o one-class.model").code == 0);
    const std::string model = saved(literal_model(3.0f));
    write("cut.model", model.substr(0, model.size() / 2));
    std::string flipped = model, swapped = model;
    flipped[model.size() / 2] ^= 0x10;
    write("flipped.model", flipped);
    const auto order = swapped.begin() + offsetof(SectionFileHeader, byte_order);
    std::reverse(order, order + 4);
    write("swapped.model", swapped);
    write("newer.model", with_version(model, 99));
  }
};

/// The one line of `text` that is an error, and the last but for the hint of usage errors; all of
/// it where that is not so.
std::string error_in(const std::string& text, int code) {
  const std::size_t found = text.find(": error: ");
  if (found == text.npos) return text;
  const std::size_t begin = text.rfind('\n', found) + 1, end = text.find('\n', found);
  const std::string hint =
      code == 2 ? "Try '" + text.substr(begin, found - begin) + " --help'.\n" : "";
  if (text.substr(std::min(end, text.size() - 1) + 1) != hint) return text;
  return text.substr(begin, end - begin);
}

bool matches(const std::string& found, const std::string& expected) {
  return expected.ends_with("...") ? found.starts_with(expected.substr(0, expected.size() - 3))
                                   : found == expected;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(trouble_is_named_and_nothing_is_touched, Files) {
  std::size_t count = 0;
  for (const char* name : {"mf-data.txt", "mf-eval.txt", "mf-fold-in.txt", "mf-model.txt",
                           "mf-recommend.txt", "mf-serve.txt", "mf-train.txt", "mf-tune.txt"}) {
    const BadInputs table = bad_inputs(MFPAR_BAD_INPUTS, name);
    for (const auto& [file, contents] : table.files) write(file, contents);
    const auto before = files();
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      // A sanitizer, which takes long to start, sees a third of them.
      if (kSanitized && i % 3 != 0) continue;
      const BadInput& row = table.rows[i];
      const std::size_t from = row.command.find(" < ");
      const Outcome outcome =
          run(row.command.substr(0, from),
              from == row.command.npos ? "" : read(row.command.substr(from + 3)));
      const std::string error = error_in(outcome.err, outcome.code);
      const std::string place =
          row.place + ": " + row.command + '\n' + std::to_string(outcome.code) + ' ' + error + '\n';
      BOOST_TEST(outcome.code == row.code, place);
      BOOST_TEST(matches(error, row.message), place);
      BOOST_TEST((row.output.empty() || outcome.out == row.output), place << outcome.out);
      BOOST_TEST((files() == before), place << "touched a file");
    }
    for (const auto& [file, contents] : table.files) std::filesystem::remove(path(file));
    count += table.rows.size();
  }
  BOOST_TEST_MESSAGE(count << " bad inputs");
  BOOST_TEST(count >= 150u);
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
  const Outcome outcome = run("mf-train late.txt --on-bad-line skip -k 4 -t 2 --log-json log");
  BOOST_TEST(outcome.code == 0);
  BOOST_TEST(outcome.err.find("left out: 1 bad line") != std::string::npos, outcome.err);
  BOOST_TEST(outcome.err.find("late.txt:1001:") != std::string::npos, outcome.err);
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
