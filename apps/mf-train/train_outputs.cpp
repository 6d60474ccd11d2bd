// SPDX-License-Identifier: MIT
#include "mf-train/train_outputs.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "common/output_file.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"

namespace mfpar::apps {

void check_train_outputs(const TrainCommand& command, bool model_path_given) {
  std::vector<std::string> outputs;
  if (!command.model_path.empty()) {
    // The model that training goes on from may be replaced by what comes of it.
    std::vector<std::string> inputs = command.ratings_paths;
    inputs.insert(inputs.end(), {command.valid_path, command.item_features_path,
                                 command.user_features_path, command.titles_path});
    check_output("--output", command.model_path, inputs);
    outputs.push_back(command.model_path);
  }
  for (const auto& [option, path] :
       {std::pair("--log-json", command.log_path), {"--report", command.report_path}}) {
    if (path.empty()) continue;
    std::vector<std::string> inputs = command.ratings_paths;
    inputs.insert(inputs.end(),
                  {command.valid_path, command.warm_start_path, command.item_features_path,
                   command.user_features_path, command.titles_path});
    check_output(option, path, inputs);
    outputs.push_back(path);
  }
  check_distinct(outputs);
  if (!model_path_given && std::filesystem::exists(command.model_path)) {
    try {
      load_model(command.model_path, {.verify = false, .memory = ModelMemory::kShared});
    } catch (const Error&) {
      throw Error(ErrorCode::kBadOption,
                  command.model_path +
                      " exists and is not an mfpar model; choose another file with --output");
    }
  }
}

}  // namespace mfpar::apps
