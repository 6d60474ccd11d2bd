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
  std::vector<std::string> fixed;  ///< what is searched, by its name in the library, but was given

  /// The options of mf-train that were given, by name and value.
  std::vector<std::pair<std::string, std::string>> kept;
};

/// Declares the options of mf-tune, bound to `command`, which must outlive them.
void add_tune_options(Options& options, TuneCommand& command);

/// Completes the command, and refuses options that contradict each other. Throws Error(kBadOption).
void finish_tune_command(const Options& options, TuneCommand& command);

/// How the command line calls what the library searches by this name.
std::string option_of(const std::string& name);

bool is_fixed(const TuneCommand& command, const std::string& name);

}  // namespace mfpar::apps
