// SPDX-License-Identifier: MIT
#include "mf-fold-in/fold_in_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "common/fold_in_options.hpp"
#include "common/reading_options.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorCode::kBadOption, message); }

bool is_pair(const std::string& argument) {
  std::error_code none;
  return argument.find('=') != argument.npos && !std::filesystem::exists(argument, none);
}

void sort_sources(FoldInCommand& command) {
  std::error_code none;  // a file that cannot be seen is told when it is read
  for (const std::string& source : command.sources) {
    if (is_pair(source)) {
      command.pairs.push_back(source);
    } else if (command.ratings_paths.empty() || source == "-" ||
               std::filesystem::exists(source, none)) {
      command.ratings_paths.push_back(source);
    } else {
      fail("there is no file " + source + "; a model to write is named by --output (-o)");
    }
  }
  std::string asked;
  for (const auto& [name, is_asked] : {std::pair("RATINGS", !command.ratings_paths.empty()),
                                       {"ID=RATING", !command.pairs.empty()},
                                       {"--requests", !command.requests_path.empty()}}) {
    if (!is_asked) continue;
    if (!asked.empty()) fail(asked + " and " + name + " cannot be combined");
    asked = name;
  }
  if (asked.empty()) {
    if (::isatty(STDIN_FILENO) != 0) {
      fail("RATINGS is missing: files of ratings, - for standard input, or ID=RATING pairs");
    }
    command.ratings_paths = {"-"};
  }
}

}  // namespace

void add_options(Options& options, FoldInCommand& command) {
  options.positional("MODEL", command.model_path, "A model file made by mf-train.");
  options.rest(
      "RATINGS", command.sources,
      "Text files of ratings, plain or compressed, or folders of them; - is standard input, "
      "the default when that is not a terminal. A file without a column of users is one user's, as "
      "are "
      "pairs like 318=5 296=4.5 in its place; --as says what to call the user.");
  options.group("What is folded in");
  options.flag("items", command.items, "Items, each by the ratings of users whom the model has.");
  options.text("as", "ID", command.as,
               "What to call the user of a file that names none, or the user or item of pairs.");
  options.text(
      "requests", "FILE", command.requests_path,
      "JSON lines {\"user\": ID, \"ratings\": {ID: RATING, ...}} in place of RATINGS, each "
      "folded in as it comes; - is standard input.");
  options.group("Output");
  options.text("output,o", "FILE", command.output_path,
               "The model with the new rows, or with --format another file or folder. FILE may be "
               "MODEL itself.");
  options.choice("format", command.format,
                 {{"model", RowFormat::kModel},
                  {"npy", RowFormat::kNpy},
                  {"text", RowFormat::kText},
                  {"csv", RowFormat::kCsv},
                  {"json", RowFormat::kJson}},
                 "model: a model file with all rows. npy, text: a folder as mf-model export makes "
                 "it, of the new rows. csv, json: id, bias and factors, a line each, on standard "
                 "output unless --output is given. model where --output is given.");
  options.flag("quiet,q", command.quiet, "Print results, warnings and errors only.");
  options.group("Testing");
  options.text("test", "FILE", command.test_path,
               "Report how well the ratings of this file are predicted: those of rows folded in, "
               "and beside them those of trained rows.");
  options.number("test-fraction", "X", command.test_fraction,
                 {.lowest = 0, .highest = 1, .open_highest = true},
                 "The same for a share of each row's ratings, which is left out of its fold-in for "
                 "the test; what is written has all ratings.");
  options.integer<std::uint64_t>("seed", "N", command.seed, 0,
                                 std::numeric_limits<std::uint64_t>::max(), "Chooses that share.");
  options.flag("json", command.json, "Report the test as one JSON object.");
  options.group("Fold-in");
  add_fold_in_options(options, command.fold_in);
  add_reading_options(options, command.read);
}

void finish_command(const Options& options, FoldInCommand& command) {
  sort_sources(command);
  command.is_named = options.given("as");
  check_fold_in_options(options, command.fold_in);
  const bool has_output = !command.output_path.empty();
  if (has_output && !options.given("format")) command.format = RowFormat::kModel;
  const bool is_lines = command.format == RowFormat::kCsv || command.format == RowFormat::kJson;
  if (options.given("format") && !is_lines && !has_output) {
    fail("--output (-o) is missing: what to write");
  }
  if (command.format == RowFormat::kNone && !command.tests()) {
    fail(
        "nothing is asked for: give --output FILE for a model with the new rows, --format csv or "
        "json for the rows themselves, or --test FILE or --test-fraction X to see how well they "
        "predict");
  }
  if (is_lines && !has_output && command.tests()) {
    fail("rows and the test would both go to standard output; give --output FILE for the rows");
  }
  const auto only_with = [&](const char* option, bool holds, const std::string& what) {
    if (options.given(option) && !holds) fail(std::string("--") + option + " is for " + what);
  };
  only_with("json", command.tests(), "the report of --test or --test-fraction");
  only_with("seed", command.test_fraction > 0.0, "--test-fraction");
  only_with("test-fraction", command.test_path.empty(), "tests without --test FILE");
  only_with("test", command.requests_path.empty(), "RATINGS; requests are not tested");
  only_with("test-fraction", !command.ratings_paths.empty(), "RATINGS in files");
  only_with("as", command.requests_path.empty(), "pairs, and for a file that names no user");
  for (const char* option :
       {"delimiter", "header", "no-header", "columns", "on-bad-line", "most-bad-share"}) {
    only_with(option, !command.ratings_paths.empty() || !command.test_path.empty(),
              "reading ratings from text");
  }
  if (!command.pairs.empty() && command.format == RowFormat::kModel && !command.is_named) {
    fail("a model needs an id for the new row; give --as ID");
  }
  if (command.items && !command.is_named) command.as = "new item";
  std::vector<std::string> inputs = command.ratings_paths;
  inputs.insert(inputs.end(), {command.requests_path, command.test_path});
  if (std::ranges::count(inputs, "-") > 1)
    fail("two inputs are standard input; give one as a file");
}

}  // namespace mfpar::apps
