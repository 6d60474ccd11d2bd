// SPDX-License-Identifier: MIT
#include <cstdio>
#include <string>

#include "common/program.hpp"
#include "mf-train/join_ranks.hpp"
#include "mf-train/show_plan.hpp"
#include "mf-train/train_command.hpp"
#include "mf-train/train_outputs.hpp"
#include "mf-train/training.hpp"
#include "mfpar/error.hpp"
#include "mfpar/threads.hpp"
#include "mfpar/train_on_ranks.hpp"

namespace mfpar::apps {

namespace {

ProgramInfo program_info() {
  return {
      .name = "mf-train",
      .purpose = "learn user and item factors from ratings, or from who chose what",
      .synopsis = "RATINGS... [OPTION]...",
      .description =
          "Reads ratings (user, item, rating), one a line, learns a matrix factorisation with many "
          "threads, and saves it as a model that mf-eval and services read. After every epoch a "
          "row "
          "shows the mean error (squared, unless --loss says otherwise) on the training ratings "
          "and on the ratings held out for "
          "validation; training stops when the validation error no longer falls. Then the model is "
          "learnt once more from all ratings, those held out too, for as many epochs as were best, "
          "and saved.\n\n"
          "With --method gibbs it draws many models that the ratings make likely and saves the "
          "mean of what they predict: the lowest error, in some seconds more.\n\n"
          "With --feedback one-class it learns from who chose what (watched, bought, rated), from "
          "ratings too or from files of users and items alone; lists of such a model are better, "
          "and it predicts no ratings. Its row shows NDCG of lists in place of errors.\n\n"
          "The file's format is detected: comma, tab, ::, ;, | or blanks between fields, with or "
          "without a header, plain or compressed; or a sparse matrix (.mtx, .npz).",
      .examples = {{"mf-train ratings.csv -o films.model", "train on nine tenths, validate on one"},
                   {"mf-train train.csv -p test.csv -k 32 -s 8",
                    "a given validation file, rank 32, "
                    "8 threads"},
                   {"mf-train ratings.csv --folds 5", "cross-validate"},
                   {"mf-train ratings.csv --method gibbs", "the lowest error"},
                   {"mf-train ratings.csv --report films.html", "pictures of how it went"},
                   {"mf-train ratings.csv --feedback one-class --split-by-user 0.2",
                    "who chose what, for lists"},
                   {"mf-train ratings.csv --item-features movies.csv",
                    "films that nobody rated, by genre and year"},
                   {"mf-train new-ratings.csv --warm-start films.model -o next.model",
                    "go on from an earlier model"},
                   {"mf-train ratings.csv --method gibbs --checkpoint ck --resume",
                    "hours of work, of which nothing gets lost"},
                   {"zcat ratings.csv.gz | mf-train - --deterministic",
                    "from standard input, the same model "
                    "for any number of threads"}},
      .kernel = [] { return kernel_name(); }};
}

}  // namespace

}  // namespace mfpar::apps

int main(int argc, char** argv) {
  using namespace mfpar::apps;
  TrainCommand command;
  Options options;
  add_train_options(options, command);
  MpiRanks* ranks = nullptr;
  try {
    ranks = join_ranks();
  } catch (const mfpar::Error& error) {
    std::fprintf(stderr, "mf-train: error: %s\n", error.what());
    return kSystemFailure;
  }
  const std::string same = ranks != nullptr ? command_text(argc, argv) : "";
  if (ranks != nullptr && ranks->rank() > 0) {
    return follow_first(*ranks, same, [&] {
      return run_program(program_info(), options, argc, argv, [&] {
        finish_train_command(options, command);
        train_beside(*ranks, command.train);
        return static_cast<int>(kDone);
      });
    });
  }
  bool has_begun = false;
  const int code = run_program(program_info(), options, argc, argv, [&] {
    finish_train_command(options, command);
    if (ranks != nullptr && (command.streams || command.plans)) {
      throw mfpar::Error(mfpar::ErrorCode::kBadOption,
                         "--stream and --plan are for one process: ranks have their ratings in "
                         "memory; leave it out, or mpirun");
    }
    if (command.plans) return show_plan(command);
    check_train_outputs(command, options.given("output"));
    if (ranks != nullptr) {
      has_begun = begin_ranks(*ranks, same);
      // More can be lost than one process.
      if (!options.given("checkpoint-every")) command.checkpoints.every_epochs = 1;
    }
    Training training(command, ranks);
    return command.folds ? training.cross_validate_folds() : training.train_model();
  });
  if (ranks != nullptr) leave_ranks(*ranks, has_begun, code);
  return code;
}
