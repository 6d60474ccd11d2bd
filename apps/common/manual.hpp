// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "common/program.hpp"

namespace mfpar::apps {

/// What --help prints: name, synopsis, description, arguments, options by group with their
/// defaults, examples and exit codes, in lines of at most 80 characters.
std::string manual(const ProgramInfo& info, const Options& options);

/// The same for a program with commands.
std::string manual(const ProgramInfo& info, std::span<const Command> commands);

/// What --version prints.
std::string version_text(const ProgramInfo& info);

/// Every exit code of the programs with its meaning.
std::span<const std::pair<int, std::string_view>> exit_meanings();

/// `text` in capitals, as headings of manuals are.
std::string upper_case(std::string text);

}  // namespace mfpar::apps
