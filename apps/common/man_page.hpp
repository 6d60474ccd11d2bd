// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "common/program.hpp"

namespace mfpar::apps {

/// The manual page of a program in roff, section 1, for man to show; of a command of a program
/// ("mf-data synth"), the sections that the page of the program has about it.
std::string man_page(const ProgramInfo& info, const Options& options);

/// The page of a program with commands is this, then man_page() of each command, then
/// man_page_foot().
std::string man_page_head(const ProgramInfo& info, std::span<const Command> commands);
std::string man_page_foot(const ProgramInfo& info);

}  // namespace mfpar::apps
