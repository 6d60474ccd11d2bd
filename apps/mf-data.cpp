// SPDX-License-Identifier: MIT
#include "common/program.hpp"
#include "mf-data/commands.hpp"

int main(int argc, char** argv) {
  using namespace mfpar::apps;
  const ProgramInfo info{
      .name = "mf-data",
      .purpose = "generate, inspect, pack and split files of ratings",
      .synopsis = "COMMAND [ARGUMENT]...",
      .description =
          "Works on text files of ratings (user, item, rating and maybe a timestamp), "
          "as mf-train reads them. 'mf-data COMMAND --help' prints the manual of a "
          "command.",
      .examples = {{"mf-data inspect ratings.csv", "What a file contains."},
                   {"mf-data split ratings.csv --train-out train.csv --valid-out test.csv",
                    "Hold out a random tenth, to evaluate on."},
                   {"mf-data synth --shape ml-1m -o ratings.csv --titles movies.csv",
                    "A million ratings from a known model."}},
      .kernel = {}};
  const Command commands[] = {
      {"synth", "generate ratings from a known model", run_synth},
      {"inspect", "show what a file of ratings contains", run_inspect},
      {"pack", "pack ratings into a store on disk", run_pack},
      {"split", "split a file of ratings for training and validation", run_split}};
  return run_commands(info, commands, argc, argv);
}
