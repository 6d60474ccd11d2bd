// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "mf-tune/tune_command.hpp"
#include "mfpar/tune.hpp"

namespace mfpar::apps {

/// Whether the file was written by write_options(), or is not there.
bool is_ours_or_new(const std::string& path);

/// The value of the option `name`; "auto" where the data decide, "" where the method has none.
std::string value_of(const TrainOptions& options, const std::string& name);

/// Writes the options of the best trial, and what else was given, as mf-train --config reads them.
/// Throws Error(kSystem).
void write_options(const TuneCommand& command, const TuneTrial& best, const std::string& figure);

}  // namespace mfpar::apps
