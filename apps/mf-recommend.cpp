// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>
#include <vector>

#include "common/interrupt.hpp"
#include "common/output_file.hpp"
#include "common/program.hpp"
#include "mf-recommend/list_job.hpp"
#include "mf-recommend/recommend_command.hpp"
#include "mfpar/train.hpp"

namespace {

using namespace mfpar::apps;

const ProgramInfo kInfo{
    .name = "mf-recommend",
    .purpose = "list the items that users will like",
    .synopsis = "MODEL [ITEM=RATING]... [OPTION]...",
    .description = R"(
Lists the best items for users by a model that mf-train made, of the whole catalogue and exactly. A
user the model was trained on is named by --user. A new user is given by ratings, as ITEM=RATING
pairs, as a file (--ratings) or as a stream of JSON lines (--requests): factors and bias of the new
user are computed from them against the items' factors, which stay as they are, without training.

Items that the user has rated are left out. By rating, lists favour what everybody rates highly,
which is in the mean and the biases; --rank-by interaction leaves them out.

Ratings of items that the model does not have are left out, with a warning. Requests that cannot be
answered give an error in their place, and the exit code is 3 at the end.)",
    .examples = {{"mf-recommend films.model --user 17 --titles movies.csv",
                  "A table for one user."},
                 {"mf-recommend films.model 318=5 296=4.5 --rank-by interaction --explain "
                  "--titles movies.csv",
                  "For a new user, with explanations."},
                 {"mf-recommend films.model --ratings new.csv --append next.model --top 0",
                  "Every night, the users of a day."},
                 {"mf-recommend films.model --all-users --format csv -o lists.csv",
                  "Lists for all users."},
                 {"mf-recommend films.model --user 17 --titles movies.csv --where genres~Children "
                  "--where 'genres!~Horror'",
                  "Some genres only."},
                 {"echo '{\"id\":\"ann\",\"ratings\":{\"318\":5}}' | mf-recommend films.model",
                  "A request, as JSON."}},
    .kernel = [] { return mfpar::kernel_name(); }};

/// Refuses what would destroy something, and what could not be saved, before any work is done.
void check_outputs(const RecommendCommand& command) {
  const std::initializer_list<std::string> files = {command.ratings_path, command.requests_path,
                                                    command.users_path,   command.titles_path,
                                                    command.allow_path,   command.deny_path};
  std::vector<std::string> outputs;
  if (!command.output_path.empty()) {
    check_output("--output", command.output_path, files);
    check_output("--output", command.output_path, {command.model_path});
    outputs.push_back(command.output_path);
  }
  if (!command.append_path.empty()) {
    // The model itself may be replaced by what comes of it.
    check_output("--append", command.append_path, files);
    outputs.push_back(command.append_path);
  }
  check_distinct(outputs);
}

}  // namespace

int main(int argc, char** argv) {
  RecommendCommand command;
  Options options;
  add_recommend_options(options, command);
  return run_program(kInfo, options, argc, argv, [&] {
    finish_recommend_command(options, command);
    check_outputs(command);
    const Interrupt interrupt;
    return ListJob(command, interrupt.token()).run();
  });
}
