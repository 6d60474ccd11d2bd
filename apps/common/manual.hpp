// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "common/program.hpp"

namespace mfpar::apps {

/// What --help prints: name, synopsis, description, arguments, options by group with their
/// defaults, examples and exit status, in lines of at most 80 characters. man_page.sh and
/// completion.bash read it: headings begin a line, terms stand at column 8, text at column 15.
std::string manual(const ProgramInfo& info, const Options& options);

/// The same for a program with commands.
std::string manual(const ProgramInfo& info, std::span<const Command> commands);

/// What -h prints, in some ten lines: the synopsis, options that have a letter, an example.
std::string usage(const ProgramInfo& info, const Options& options);

/// The same for a program with commands.
std::string usage(const ProgramInfo& info, std::span<const Command> commands);

/// What --version prints.
std::string version_text(const ProgramInfo& info);

}  // namespace mfpar::apps
