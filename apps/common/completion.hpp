// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "common/program.hpp"

namespace mfpar::apps {

/// The completion of a program's arguments for bash: options, the words of choices, and files, for
/// arguments and for values called FILE, FOLDER, MODEL, RATINGS or TARGET. Of a command of a program
/// ("mf-data synth"), the function that the program's completion calls.
std::string bash_completion(const ProgramInfo& info, const Options& options);

/// The completion of a program with commands is bash_completion() of each command, then this.
std::string bash_completion(const ProgramInfo& info, std::span<const Command> commands);

}  // namespace mfpar::apps
