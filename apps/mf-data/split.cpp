// SPDX-License-Identifier: MIT
#include "mfpar/split.hpp"

#include <sys/resource.h>

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
  if (command.by_user) {
    return "a random " + shortest_decimal(*command.by_user) + " of every user's ratings";
  }
  if (command.last) return "the last " + with_commas(*command.last) + " of every user by time";
  if (command.time) return "from timestamp " + std::to_string(*command.time) + " on";
  if (command.folds) return "each of " + with_commas(*command.folds) + " folds in turn";
  if (command.users) {
    return "a random " + shortest_decimal(*command.users) + " of the users, with " +
           shortest_decimal(command.given_fraction) + " of each one's ratings given";
  }
  return "a random " + shortest_decimal(command.fraction) + " of all";
}

SplitResult split(const SplitCommand& command, const RatingStore& ratings, std::uint32_t fold) {
  const int threads = command.store.threads;
  const std::uint64_t seed = command.store.seed;
  if (command.by_user) return split_by_user(ratings, *command.by_user, seed, threads);
  if (command.last) return split_last(ratings, *command.last, threads);
  if (command.time) return split_at_time(ratings, *command.time, threads);
  if (command.folds) return split_fold(ratings, *command.folds, fold, seed, threads);
  return split_random(ratings, command.fraction, seed, threads);
}

std::uint64_t count_users(const RatingStore& ratings) {
  std::uint64_t users = 0;
  for (UserIndex user = 0; user < ratings.user_count(); ++user) {
    users += ratings.offsets()[user] < ratings.offsets()[user + 1];
  }
  return users;
}

void warn(const std::string& what) { std::cerr << "mf-data split: warning: " << what << '\n'; }

/// Every part stays open until all are written; there may be more than the system's usual limit.
void allow_many_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const SplitCommand& command) {
  allow_many_files();
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
  std::vector<std::unique_ptr<RatingWriter>> writers;
  std::vector<AtomicFile*> files;
  std::string report = "held out: " + describe_split(command) + '\n';
  const auto write = [&](const std::string& path, const RatingStore& part) {
    writers.push_back(std::make_unique<RatingWriter>(path, command.format, user_ids, item_ids,
                                                     ratings.has_timestamps(), part.size()));
    order.write(part, *writers.back());
    files.push_back(&writers.back()->file());
    files.back()->finish();
    if (part.size() == 0) warn(path + " has no ratings");
    report += path + ": " + counted(part.size(), "rating") + " of " +
              counted(count_users(part), "user") + '\n';
  };
  if (command.users) {
    const UserSplitResult parts = split_users(ratings, *command.users, command.given_fraction,
                                              command.store.seed, command.store.threads);
    write(command.training, parts.training);
    write(command.given, parts.given);
    write(command.validation, parts.validation);
  }
  for (std::uint32_t fold = 0; !command.users && fold < command.training_files.size(); ++fold) {
    const SplitResult parts = split(command, ratings, fold);
    write(command.training_files[fold], parts.training);
    write(command.validation_files[fold], parts.validation);
  }
  // All are on disk before the first takes its name: what fails leaves no half of a split.
  AtomicFile::commit_together(files);
  std::cout << report;
  return kDone;
}

}  // namespace

int run_split(int argc, const char* const* argv) {
  const ProgramInfo info{
      .name = "mf-data split",
      .purpose = "split a file of ratings for training and validation",
      .synopsis = "RATINGS --train-out FILE --valid-out FILE [--given-out FILE] [OPTION]...",
      .description =
          "Writes every rating of a file to one of two: a file to train on, and a file to evaluate "
          "on, a random tenth unless other options are given. What is right depends on what is "
          "measured: errors of predicted ratings ask for a share of all, lists for a share of each "
          "user's (--by-user), the future for what came last (--last, --at-time), and new users "
          "for "
          "users left out (--users), with a third file of what is known of them. Ids come out as "
          "they stand in the "
          "file, and "
          "timestamps stay. Ratings are ordered by user as in the file, and each user's by "
          "time.\n\n"
          "The same seed makes the same files.",
      .examples = {{"mf-data split ratings.csv --train-out train.csv --valid-out test.csv",
                    "A random tenth is held out."},
                   {"mf-data split ratings.csv --last 1 --train-out train.csv --valid-out test.csv",
                    "The last rating of every user."},
                   {"mf-data split ratings.csv --by-user 0.2 --train-out train.csv "
                    "--valid-out test.csv",
                    "A fifth of each user's ratings, to measure lists."},
                   {"mf-data split ratings.csv --users 0.1 --train-out train.csv "
                    "--given-out given.csv --valid-out test.csv",
                    "A tenth of the users, who can then be folded in from given.csv "
                    "(mf-fold-in) and measured on test.csv."},
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
