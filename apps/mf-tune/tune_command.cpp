// SPDX-License-Identifier: MIT
#include "mf-tune/tune_command.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string_view>

#include "common/duration.hpp"
#include "common/reading_options.hpp"
#include "mf-train/gibbs_options.hpp"
#include "mf-train/prepare_features.hpp"
#include "mfpar/error.hpp"
#include "mfpar/option_names.hpp"

namespace mfpar::apps {

namespace {

/// Of mf-tune alone, or of no matter for what is learnt.
constexpr std::string_view kOwn[] = {"output", "model",  "log-json",      "json",    "quiet",
                                     "budget", "trials", "test-fraction", "threads", "config"};

void add_search_options(Options& options, TuneCommand& command) {
  options.group("Search");
  options.add("budget", "TIME",
              "How long it may take, from when the ratings are read: 60s, 10m, 1h.", "60s",
              [&](const std::string& value) { command.budget = parse_seconds(value); });
  options.integer<std::size_t>("trials", "N", command.trials, 1, 1'000'000,
                               "Trials at most, the first of which has the options as given.");
}

void add_holding_out_options(Options& options, TuneCommand& command) {
  TrainCommand& train = command.train;
  options.group("Holding out");
  options.number("test-fraction", "X", command.test_fraction,
                 {.lowest = 0, .highest = 1, .open_highest = true},
                 "Hold out this share first, which no trial sees, and measure the best on it in "
                 "the end; 0 holds out nothing.");
  options.number("valid-fraction", "X", train.valid_fraction,
                 {.lowest = 0, .highest = 1, .open_lowest = true, .open_highest = true},
                 "Hold out this share of the others, by which trials are judged.");
  options.number("split-by-user", "X", train.split_by_user,
                 {.lowest = 0, .highest = 1, .open_lowest = true, .open_highest = true},
                 "Judge by this share of each user's ratings, at least one and never all; the "
                 "test has as large a share of each user's.");
  options.integer<std::uint32_t>("split-last", "N", train.split_last, 1, 1'000'000,
                                 "Judge by the last N ratings of every user, by timestamp, before "
                                 "the last N, which are the test.");
  options.flag("no-refit", train.no_refit,
               "Keep the models that were validated, instead of learning once more from what was "
               "held out to judge by, too.");
  options.integer("patience", "N", train.train.patience, 0, 1'000'000,
                  "End a trial after N epochs without a lower validation error (or a higher NDCG); "
                  "0 never.");
}

void check_ways(const Options& options) {
  const char* const ways[] = {"valid-fraction", "split-by-user", "split-last"};
  std::string chosen;
  for (const char* const way : ways) {
    if (!options.given(way)) continue;
    if (!chosen.empty()) {
      throw Error(ErrorCode::kBadOption, "--" + chosen + " and --" + way +
                                             " both say what to validate on; give one of them");
    }
    chosen = way;
  }
}

/// What stands in the way of writing an option into a file.
void check_kept(const std::string& name, const std::string& value) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  const bool has_comment = value.find(" #") != value.npos || value.find("\t#") != value.npos;
  if (value.empty() || (!has_comment && !is_blank(value.front()) && !is_blank(value.back()))) {
    return;
  }
  throw Error(ErrorCode::kBadOption,
              "--" + name + " '" + value +
                  "' cannot stand in the file of options that is written: no blank may begin or "
                  "end it or stand before a #; write it otherwise, such as blank or tab");
}

}  // namespace

void add_tune_options(Options& options, TuneCommand& command) {
  TrainCommand& train = command.train;
  options.rest("RATINGS", train.ratings_paths,
               "Files of ratings, plain, gzip or zstd, or folders of them, read as one; - for "
               "standard input.",
               /*required=*/true);
  options.group("Output");
  options.text("output,o", "FILE", command.options_path,
               "Where to write the best options, for mf-train --config; RATINGS.conf in the "
               "current folder unless given.");
  options.text("model", "FILE", train.model_path,
               "Also save the model by the best options that the test was made with.");
  options.flag("json", command.json, "Print one JSON object instead of the tables.");
  options.text("log-json", "FILE", train.log_path,
               "Write one JSON object a line, as it happens; LOG.md describes them.");
  options.flag("quiet,q", train.quiet, "Print errors and warnings only.");
  add_search_options(options, command);
  train.any_method = true;
  add_learning_words(options, train);
  add_gibbs_options(options, train.train);
  add_feature_options(options, train.item_features_path, train.user_features_path);
  add_holding_out_options(options, command);
  add_reading_options(options, train.read);
  add_duplicates_option(options, train.duplicates);
}

void finish_tune_command(const Options& options, TuneCommand& command) {
  TrainCommand& train = command.train;
  if (train.learnt_from == LearntFrom::kBoth) {
    throw Error(ErrorCode::kBadOption,
                "--feedback both is learnt in two parts; tune each of them, --feedback ratings and "
                "--feedback one-class");
  }
  finish_learning_words(options, train);
  check_ways(options);
  if (options.given("test-fraction") && command.test_fraction > 0.0 &&
      (train.split_by_user || train.split_last)) {
    throw Error(ErrorCode::kBadOption,
                "--test-fraction is of all ratings; with --split-by-user and --split-last the test "
                "is held out as they say, or not at all by --test-fraction 0");
  }
  auto inputs = train.ratings_paths;
  inputs.insert(inputs.end(), {train.item_features_path, train.user_features_path});
  if (std::ranges::count(inputs, "-") > 1) {
    throw Error(ErrorCode::kBadOption, "standard input is given twice");
  }
  train.train.threads = train.read.threads;
  if (train.split_last) train.read.timestamps = ReadOptions::Timestamps::kRequired;
  if (command.options_path.empty()) {
    // A folder's path may end in a slash.
    const std::string& first = train.ratings_paths[0];
    const auto path = std::filesystem::path(first + "/").parent_path();
    command.options_path = (first == "-" ? "ratings" : path.filename().string()) + ".conf";
  }
  if (options.given("method")) command.fixed.emplace_back("method");
  for (const auto& method : kMethodNames) {
    for (const std::string& name : tuned_options(method.value)) {
      if (options.given(option_of(name)) && !is_fixed(command, name)) command.fixed.push_back(name);
    }
  }
  for (const auto& [name, value] : options.given()) {
    if (std::ranges::find(kOwn, name) != std::end(kOwn)) continue;
    check_kept(name, value);
    command.kept.emplace_back(name, value);
  }
  check_options(train.train);
}

std::string option_of(const std::string& name) { return name == "links" ? "no-links" : name; }

bool is_fixed(const TuneCommand& command, const std::string& name) {
  return std::ranges::find(command.fixed, name) != command.fixed.end();
}

}  // namespace mfpar::apps
