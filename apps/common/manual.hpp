// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "common/program.hpp"

namespace mfpar::apps {

/// What --help prints: name, synopsis, description, arguments, options by group with their
/// defaults, examples and exit codes, in lines of at most 80 characters.
std::string manual(const ProgramInfo& info, const Options& options);

/// The same for a program with commands.
std::string manual(const ProgramInfo& info, std::span<const Command> commands);

/// What --version prints.
std::string version_text(const ProgramInfo& info);

}  // namespace mfpar::apps
