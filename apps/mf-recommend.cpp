// SPDX-License-Identifier: MIT
#include <initializer_list>
#include <string>

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

Ratings of items that the model does not have are left out, with a warning. Users whom the model
does not have, bad lines, and requests that cannot be answered are passed over and told, and the
exit code is 3 at the end. RECOMMEND.md describes the JSON lines and CSV. mf-fold-in puts new users
into a model.)",
    .examples = {{"mf-recommend films.model --user 17 --titles movies.csv",
                  "A table for one user."},
                 {"mf-recommend films.model 318=5 296=4.5 --rank-by interaction --explain "
                  "--titles movies.csv",
                  "For a new user, with explanations."},
                 {"mf-recommend films.model --ratings new-ratings.csv --format csv -o lists.csv",
                  "Lists for every user of a file."},
                 {"mf-recommend films.model --all-users --format csv -o lists.csv",
                  "Lists for all users."},
                 {"mf-recommend films.model --user 17 --titles movies.csv --where genres~Children "
                  "--where 'genres!~Horror'",
                  "Some genres only."},
                 {"mf-recommend films.model --user 17 --titles movies.csv --at-most 5:genres",
                  "No genre more than five times."},
                 {"mf-recommend films.model --similar-to 1 --titles movies.csv",
                  "Films that the same people rated."},
                 {"echo '{\"id\":\"ann\",\"ratings\":{\"318\":5}}' | mf-recommend films.model",
                  "A request, as JSON."}},
    .kernel = [] { return mfpar::kernel_name(); }};

/// Refuses what would destroy something, and what could not be saved, before any work is done.
void check_outputs(const RecommendCommand& command) {
  const std::initializer_list<std::string> files = {command.ratings_path, command.requests_path,
                                                    command.users_path,   command.titles_path,
                                                    command.allow_path,   command.deny_path};
  if (!command.output_path.empty()) {
    check_output("--output", command.output_path, files);
    check_output("--output", command.output_path, {command.model_path});
  }
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
