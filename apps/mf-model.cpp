// SPDX-License-Identifier: MIT
#include "common/program.hpp"
#include "mf-model/commands.hpp"

int main(int argc, char** argv) {
  using namespace mfpar::apps;
  const ProgramInfo info{
      .name = "mf-model",
      .purpose = "show and check models, and exchange them with other programs",
      .synopsis = "COMMAND [ARGUMENT]...",
      .description =
          "Works on the model files of mf-train. 'mf-model COMMAND --help' prints the manual of a "
          "command.",
      .examples = {{"mf-model info films.model", "What a model contains, and how it was trained."},
                   {"mf-model export films.model --format npy -o films",
                    "Its factors, biases and ids for NumPy, in the new folder films."},
                   {"mf-model import P.npy Q.npy --range 1:5 -o films.model",
                    "A model from two arrays of factors."}},
      .kernel = {}};
  const Command commands[] = {
      {"info", "show what a model contains and how it was trained", run_info},
      {"verify", "check a model file from the first byte to the last", run_verify},
      {"export", "write a model for NumPy, as text, for LIBMF or for an index", run_export},
      {"import", "make a model from arrays, text or a model of LIBMF", run_import}};
  return run_commands(info, commands, argc, argv);
}
