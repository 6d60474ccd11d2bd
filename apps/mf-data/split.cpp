// SPDX-License-Identifier: MIT
#include "mfpar/split.hpp"

#include <charconv>
#include <iostream>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/decimal.hpp"
#include "common/output_file.hpp"
#include "common/program.hpp"
#include "common/reading_options.hpp"
#include "common/text.hpp"
#include "mf-data/commands.hpp"
#include "mf-data/file_order.hpp"
#include "mf-data/rating_writer.hpp"
#include "mfpar/error.hpp"
#include "mfpar/read_ratings.hpp"

namespace mfpar::apps {

namespace {

struct SplitCommand {
  std::string input, training, validation;
  RatingFormat format = RatingFormat::kCsv;
  ReadOptions read;
  StoreOptions store;

  // The ways to split, of which one is taken.
  double fraction = 0.1;
  std::uint32_t last = 0;
  std::optional<std::int64_t> time;
  std::uint32_t folds = 0;
};

/// The name of a fold's file: `name` with the fold's number, from 1, for every %.
std::string numbered(const std::string& name, std::uint32_t fold) {
  std::string result;
  for (const char c : name) result += c == '%' ? std::to_string(fold + 1) : std::string(1, c);
  return result;
}

std::string taken_apart(const SplitCommand& command) {
  if (command.last > 0) return "the last " + with_commas(command.last) + " of every user by time";
  if (command.time) return "from timestamp " + std::to_string(*command.time) + " on";
  if (command.folds > 0) return "each of " + with_commas(command.folds) + " folds in turn";
  return "a random " + shortest_decimal(command.fraction) + " of all";
}

SplitResult split(const SplitCommand& command, const RatingStore& ratings, std::uint32_t fold) {
  const int threads = command.store.threads;
  if (command.last > 0) return split_last(ratings, command.last, threads);
  if (command.time) return split_at_time(ratings, *command.time, threads);
  if (command.folds > 0) {
    return split_fold(ratings, command.folds, fold, command.store.seed, threads);
  }
  return split_random(ratings, command.fraction, command.store.seed, threads);
}

/// Refuses what contradicts itself and what could not be written.
void check(const SplitCommand& command, const Options& options) {
  std::string chosen;
  for (const char* way : {"valid-fraction", "last", "at-time", "folds"}) {
    if (!options.given(way)) continue;
    if (!chosen.empty()) {
      throw Error(ErrorCode::kBadOption,
                  "--" + chosen + " and --" + way + " both say how to split; give one of them");
    }
    chosen = way;
  }
  for (const auto& [option, name] :
       {std::pair("train-out", &command.training), std::pair("valid-out", &command.validation)}) {
    if (name->empty()) {
      throw Error(ErrorCode::kBadOption, std::string("--") + option + " is missing");
    }
    if (command.folds > 0 && name->find('%') == name->npos) {
      throw Error(ErrorCode::kBadOption, std::string("--") + option + " " + *name +
                                             " needs a % in its name, which becomes the number of "
                                             "the fold");
    }
    for (std::uint32_t fold = 0; fold < std::max(command.folds, 1u); ++fold) {
      check_output(std::string("--") + option, command.folds > 0 ? numbered(*name, fold) : *name,
                   {command.input});
    }
  }
  if (command.training == command.validation) {
    throw Error(ErrorCode::kBadOption, "--train-out and --valid-out are the same file");
  }
}

int run(const SplitCommand& command) {
  ReadResult read = read_ratings(command.input, command.read);
  if (read.report.bad_lines > 0) {
    std::cerr << "mf-data split: warning: " << with_commas(read.report.bad_lines)
              << " bad lines were left out; " << read.report.first_bad.front().message << '\n';
  }
  const auto users = read.ratings.users(), items = read.ratings.items();
  const RatingStore ratings = build_store(std::move(read.ratings), command.store);
  if (ratings.parts().duplicates > 0) {
    std::cerr << "mf-data split: warning: " << with_commas(ratings.parts().duplicates)
              << " ratings were of an item the user had rated already and were merged "
                 "(--duplicates says how)\n";
  }
  const FileOrder order(*users, *items, ratings);
  const auto user_ids = written_ids(*ratings.parts().users, command.format);
  const auto item_ids = written_ids(*ratings.parts().items, command.format);
  const auto write = [&](const std::string& path, const RatingStore& part) {
    RatingWriter writer(path, command.format, user_ids, item_ids, ratings.has_timestamps());
    order.write(part, writer);
    writer.commit();
    std::cout << path << ": " << with_commas(part.size()) << " ratings\n";
  };
  std::cout << "taken apart: " << taken_apart(command) << '\n';
  for (std::uint32_t fold = 0; fold < std::max(command.folds, 1u); ++fold) {
    const SplitResult parts = split(command, ratings, fold);
    const bool number = command.folds > 0;
    write(number ? numbered(command.training, fold) : command.training, parts.training);
    write(number ? numbered(command.validation, fold) : command.validation, parts.validation);
  }
  return kDone;
}

void add_split_options(Options& options, SplitCommand& command) {
  options.group("Output");
  options.text("train-out", "FILE", command.training, "The file to train on. Required.");
  options.text("valid-out", "FILE", command.validation, "The file to evaluate on. Required.");
  add_format_option(options, command.format);
  options.group("What is taken apart");
  options.number("valid-fraction", "X", command.fraction,
                 {.lowest = 0, .highest = 1, .open_highest = true},
                 "This share of all ratings, at random.");
  options.integer<std::uint32_t>("last", "N", command.last, 1, 1'000'000,
                                 "The last N ratings of every user by timestamp, one fewer than "
                                 "the user has at most.");
  options.add("at-time", "T", "All ratings from timestamp T on.", "",
              [&command](const std::string& value) {
                std::int64_t time = 0;
                const char* const end = value.data() + value.size();
                const auto [stop, error] = std::from_chars(value.data(), end, time);
                if (error != std::errc() || stop != end) Options::reject("a whole number");
                command.time = time;
              });
  options.integer<std::uint32_t>("folds,v", "K", command.folds, 2, 1'000'000,
                                 "Each of K random parts of the same size in turn; the names of "
                                 "both files need a %, which becomes the number of the fold.");
  options.integer<std::uint64_t>("seed", "N", command.store.seed, 0,
                                 std::numeric_limits<std::uint64_t>::max(),
                                 "Of everything that is random.");
  add_reading_options(options, command.read);
  add_duplicates_option(options, command.store.duplicates);
}

}  // namespace

int run_split(int argc, const char* const* argv) {
  const ProgramInfo info{
      .name = "mf-data split",
      .purpose = "split a file of ratings for training and validation",
      .synopsis = "RATINGS --train-out FILE --valid-out FILE [OPTION]...",
      .description =
          "Writes every rating of a file to one of two: a file to train on, and a file to evaluate "
          "on, a random tenth unless told otherwise. Ids come out as they stand in the file, and "
          "timestamps stay. Ratings are ordered by user as in the file, and each user's by "
          "time.\n\n"
          "The same seed makes the same files.",
      .examples = {{"mf-data split ratings.csv --train-out train.csv --valid-out test.csv",
                    "A random tenth is taken apart."},
                   {"mf-data split ratings.csv --last 1 --train-out train.csv --valid-out test.csv",
                    "The last rating of every user."},
                   {"mf-data split u.data --folds 5 --format tsv --train-out u%.base "
                    "--valid-out u%.test",
                    "Five pairs of files, u1.base and u1.test to u5.base and u5.test."}},
      .kernel = {}};
  SplitCommand command;
  Options options;
  options.positional("RATINGS", command.input,
                     "A text file of ratings, plain or compressed; - is standard input.");
  add_split_options(options, command);
  return run_program(info, options, argc, argv, [&] {
    check(command, options);
    command.read.timestamps = true;
    command.store.threads = command.read.threads;
    return run(command);
  });
}

}  // namespace mfpar::apps
