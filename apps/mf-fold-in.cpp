// SPDX-License-Identifier: MIT
#include <string>

#include "common/interrupt.hpp"
#include "common/output_file.hpp"
#include "common/program.hpp"
#include "mf-fold-in/fold_in_command.hpp"
#include "mf-fold-in/fold_in_job.hpp"
#include "mfpar/interchange.hpp"
#include "mfpar/train.hpp"

namespace {

using namespace mfpar::apps;

const ProgramInfo kInfo{
    .name = "mf-fold-in",
    .purpose = "bring new users or items into a model without training",
    .synopsis = "MODEL RATINGS... [-o FILE] [OPTION]...",
    .description = R"(
Computes factors and bias of every user of RATINGS against the items' factors of a model that
mf-train made, which stay as they are: a small ridge regression each, on all threads, in place of a
training. With --items, of every item against the users' factors. They go into a new model, or come
as rows of numbers.

A user whom the model has already is updated: the row moves from where training left it, the less
the more ratings it was made of. Ratings of items that the model does not have are left out, with a
warning; new items come first, by another run with --items.

--test and --test-fraction report how well the rows predict: beside their errors stand those of the
model as it was, of trained rows, and of the training's own validation. FOLD_IN.md describes formats
and requests.)",
    .examples = {{"mf-fold-in films.model new-ratings.csv -o next.model",
                  "Every night, the users of a day."},
                 {"mf-fold-in films.model new-ratings.csv --items -o next.model",
                  "New films, by users whom the model has."},
                 {"mf-fold-in films.model 318=5 296=4.5 --as ann -o next.model", "One user."},
                 {"mf-fold-in films.model new-ratings.csv --test-fraction 0.2",
                  "How well are new users predicted?"},
                 {"zcat new-ratings.csv.gz | mf-fold-in films.model - --format csv > rows.csv",
                  "Factors and biases as text."},
                 {"echo '{\"user\":\"ann\",\"ratings\":{\"318\":5}}' | mf-fold-in films.model "
                  "--requests - --format json",
                  "A row for each line, as it comes."}},
    .kernel = [] { return mfpar::kernel_name(); }};

/// Refuses what would destroy something, and what could not be saved, before any work is done.
void check_outputs(const FoldInCommand& command) {
  if (command.output_path.empty()) return;
  if (command.format == RowFormat::kNpy || command.format == RowFormat::kText) {
    return mfpar::check_new_folder(command.output_path);
  }
  for (const std::string& path : command.ratings_paths) {
    check_output("--output (-o)", command.output_path, {path});
  }
  check_output("--output (-o)", command.output_path, {command.requests_path, command.test_path});
  // The model itself may be replaced by what comes of it.
  if (command.format != RowFormat::kModel) {
    check_output("--output (-o)", command.output_path, {command.model_path});
  }
}

}  // namespace

int main(int argc, char** argv) {
  FoldInCommand command;
  Options options;
  add_options(options, command);
  return run_program(kInfo, options, argc, argv, [&] {
    finish_command(options, command);
    check_outputs(command);
    const Interrupt interrupt;
    return FoldInJob(command, interrupt.token()).run();
  });
}
