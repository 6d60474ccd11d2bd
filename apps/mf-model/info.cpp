// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>

#include "common/program.hpp"
#include "mf-model/commands.hpp"
#include "mf-model/model_report.hpp"
#include "mfpar/model_file.hpp"

namespace mfpar::apps {

int run_info(int argc, const char* const* argv) {
  const ProgramInfo info{
      .name = "mf-model info",
      .purpose = "show what a model contains and how it was trained",
      .synopsis = "MODEL [OPTION]...",
      .description =
          "Prints the rank, the users and items, the mean and range of a model, how it was trained "
          "and how well it did, and how much memory each of its arrays takes.",
      .examples = {{"mf-model info films.model", "A report to read."},
                   {"mf-model info films.model --json | jq .training.valid_mse", "One number."}},
      .kernel = {}};
  std::string path;
  bool json = false;
  Options options;
  options.positional("MODEL", path, "A model file.");
  options.group("Output");
  options.flag("json", json, "Print one JSON object instead of the report.");
  return run_program(info, options, argc, argv, [&] {
    const FactorModel model = load_model(path);
    std::cout << (json ? model_json(model) : model_report(model));
    return kDone;
  });
}

}  // namespace mfpar::apps
