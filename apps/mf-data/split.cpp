// SPDX-License-Identifier: MIT
#include "mfpar/split.hpp"

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/program.hpp"
#include "common/text.hpp"
#include "mf-data/commands.hpp"
#include "mf-data/file_order.hpp"
#include "mf-data/rating_writer.hpp"
#include "mf-data/split_command.hpp"
#include "mfpar/decimal.hpp"

namespace mfpar::apps {

namespace {

std::string describe_split(const SplitCommand& command) {
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

void warn(const std::string& what) { std::cerr << "mf-data split: warning: " << what << '\n'; }

int run(const SplitCommand& command) {
  ReadResult read = read_ratings(command.input, command.read);
  if (read.report.bad_lines > 0) {
    warn(with_commas(read.report.bad_lines) + " bad lines were left out; " +
         read.report.first_bad.front().message);
  }
  const auto users = read.ratings.users(), items = read.ratings.items();
  const RatingStore ratings = build_store(std::move(read.ratings), command.store);
  if (ratings.parts().duplicates > 0) {
    warn(with_commas(ratings.parts().duplicates) +
         " ratings were of an item the user had rated already (--duplicates says which one "
         "counts)");
  }
  const FileOrder order(*users, *items, ratings);
  const auto user_ids = written_ids(*ratings.parts().users, command.format);
  const auto item_ids = written_ids(*ratings.parts().items, command.format);
  const auto write = [&](const std::string& path, const RatingStore& part) {
    auto writer = std::make_unique<RatingWriter>(path, command.format, user_ids, item_ids,
                                                 ratings.has_timestamps());
    order.write(part, *writer);
    if (part.size() == 0) warn(path + " has no ratings");
    return writer;
  };
  const auto commit = [](RatingWriter& writer, const std::string& path, const RatingStore& part) {
    writer.commit();
    std::cout << path << ": " << with_commas(part.size()) << " ratings\n";
  };
  std::cout << "held out: " << describe_split(command) << '\n';
  for (std::uint32_t fold = 0; fold < command.training_files.size(); ++fold) {
    const SplitResult parts = split(command, ratings, fold);
    const std::string& training = command.training_files[fold];
    const std::string& validation = command.validation_files[fold];
    // Both are written before the first takes its name: a full disk leaves no half of a split.
    const auto training_writer = write(training, parts.training);
    const auto validation_writer = write(validation, parts.validation);
    commit(*training_writer, training, parts.training);
    commit(*validation_writer, validation, parts.validation);
  }
  return kDone;
}

}  // namespace

int run_split(int argc, const char* const* argv) {
  const ProgramInfo info{
      .name = "mf-data split",
      .purpose = "split a file of ratings for training and validation",
      .synopsis = "RATINGS --train-out FILE --valid-out FILE [OPTION]...",
      .description =
          "Writes every rating of a file to one of two: a file to train on, and a file to evaluate "
          "on, a random tenth unless other options are given. Ids come out as they stand in the "
          "file, and "
          "timestamps stay. Ratings are ordered by user as in the file, and each user's by "
          "time.\n\n"
          "The same seed makes the same files.",
      .examples = {{"mf-data split ratings.csv --train-out train.csv --valid-out test.csv",
                    "A random tenth is held out."},
                   {"mf-data split ratings.csv --last 1 --train-out train.csv --valid-out test.csv",
                    "The last rating of every user."},
                   {"mf-data split ratings.csv --folds 5 --train-out train-%.csv "
                    "--valid-out test-%.csv",
                    "Five pairs of files, train-1.csv and test-1.csv to train-5.csv and "
                    "test-5.csv."}},
      .kernel = {}};
  SplitCommand command;
  Options options;
  add_split_options(options, command);
  return run_program(info, options, argc, argv, [&] {
    finish_split_command(options, command);
    return run(command);
  });
}

}  // namespace mfpar::apps
