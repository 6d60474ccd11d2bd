// SPDX-License-Identifier: MIT
#include "mf-data/split_command.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/output_file.hpp"
#include "common/reading_options.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

/// The name of a fold's file: `name` with the fold's number, from 1, for every %.
std::string numbered(const std::string& name, std::uint32_t fold) {
  std::string result;
  for (const char c : name) result += c == '%' ? std::to_string(fold + 1) : std::string(1, c);
  return result;
}

/// The names of the files of one of the parts, a fold each.
std::vector<std::string> names_of(const std::string& option, const std::string& name,
                                  const SplitCommand& command) {
  if (name.empty()) throw Error(ErrorCode::kBadOption, option + " is missing: a file to write");
  if (!command.folds) return {name};
  if (name.find('%') == name.npos) {
    throw Error(ErrorCode::kBadOption, option + " " + name +
                                           " needs a %, in whose place the number of the fold is "
                                           "put, as in fold-%.csv");
  }
  std::vector<std::string> names;
  for (std::uint32_t fold = 0; fold < *command.folds; ++fold) names.push_back(numbered(name, fold));
  return names;
}

/// A share that leaves something on both sides.
constexpr Interval kInside{.lowest = 0, .highest = 1, .open_lowest = true, .open_highest = true};

}  // namespace

void add_split_options(Options& options, SplitCommand& command) {
  options.positional("RATINGS", command.input,
                     "A text file of ratings, plain or compressed; - is standard input.");
  options.group("Output");
  options.text("train-out", "FILE", command.training, "The file to train on. Required.");
  options.text("valid-out", "FILE", command.validation, "The file to evaluate on. Required.");
  options.text("given-out", "FILE", command.given,
               "With --users, the file of the ratings that are given. Required then.");
  add_format_option(options, command.format);
  options.group("Held-out ratings");
  options.number("valid-fraction", "X", command.fraction,
                 {.lowest = 0, .highest = 1, .open_highest = true},
                 "This share of all ratings, at random.");
  options.number("by-user", "X", command.by_user, kInside,
                 "This share of each user's ratings, at random, rounded to a whole number, but at "
                 "least one, and never all: a user of one rating keeps it for training.");
  options.integer<std::uint32_t>("last", "N", command.last, 1, 1'000'000,
                                 "The last N ratings of every user by timestamp, one fewer than "
                                 "the user has at most.");
  add_time_option(options, "at-time", command.time, "All ratings from this time on.");
  options.integer<std::uint32_t>("folds,v", "K", command.folds, 2, 1'000'000,
                                 "Each of K random parts of the same size in turn; the names of "
                                 "both files need a %, which becomes the number of the fold.");
  options.number(
      "users", "X", command.users, kInside,
      "All ratings of this share of the users, at random: those given, to fold these "
      "users in from, go to --given-out, those to be predicted then to --valid-out. (The "
      "literature calls it strong generalization.)");
  options.number(
      "given", "X", command.given_fraction, kInside,
      "With --users, the share of each of these users' ratings that is given, at random; "
      "at least one, and where there are two, one is left to predict.");
  options.integer<std::uint64_t>("seed", "N", command.store.seed, 0,
                                 std::numeric_limits<std::uint64_t>::max(),
                                 "Of everything that is random.");
  add_reading_options(options, command.read);
  add_duplicates_option(options, command.store.duplicates);
}

void finish_split_command(const Options& options, SplitCommand& command) {
  std::string chosen;
  for (const char* way : {"valid-fraction", "by-user", "last", "at-time", "folds", "users"}) {
    if (!options.given(way)) continue;
    if (!chosen.empty()) {
      throw Error(ErrorCode::kBadOption,
                  "--" + chosen + " and --" + way + " both say how to split; give one of them");
    }
    chosen = way;
  }
  for (const char* option : {"given", "given-out"}) {
    if (options.given(option) && !command.users) {
      throw Error(ErrorCode::kBadOption,
                  std::string("--") + option +
                      " is for --users, which leaves users out and gives a part of their ratings");
    }
  }
  command.training_files = names_of("--train-out", command.training, command);
  command.validation_files = names_of("--valid-out", command.validation, command);
  std::vector<std::string> all = command.training_files;
  all.insert(all.end(), command.validation_files.begin(), command.validation_files.end());
  if (command.users) {
    const auto given_files = names_of("--given-out", command.given, command);
    all.insert(all.end(), given_files.begin(), given_files.end());
  }
  for (const std::string& name : all) check_output("output", name, {command.input});
  check_distinct(all);

  const bool by_time = command.last || command.time;
  command.read.timestamps =
      by_time ? ReadOptions::Timestamps::kRequired : ReadOptions::Timestamps::kIfThere;
  command.store.threads = command.read.threads;
}

}  // namespace mfpar::apps
