// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/options.hpp"
#include "mf-train/train_command.hpp"
#include "mfpar/tune.hpp"

namespace mfpar::apps {

/// What a command line of mf-tune asks for.
struct TuneCommand {
  TrainCommand train;  ///< the first trial; its model_path is that of --model, or empty
  std::string options_path;
  bool json = false;
  double budget = 60.0;  ///< seconds
  std::optional<std::size_t> trials;
  double test_fraction = 0.1;
  std::vector<std::string> fixed;  ///< options that are searched unless they are given

  /// The options of mf-train that were given and are none of `fixed`, by name and value.
  std::vector<std::pair<std::string, std::string>> kept;
};

/// Declares the options of mf-tune, bound to `command`, which must outlive them.
void add_tune_options(Options& options, TuneCommand& command);

/// Completes the command, and refuses options that contradict each other. Throws Error(kBadOption).
void finish_tune_command(const Options& options, TuneCommand& command);

}  // namespace mfpar::apps
