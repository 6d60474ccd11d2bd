// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace mfpar::apps {

/// Checks, before the work begins, that the file an option names can be written, and that it is
/// none of the files that will be read and none that a standard stream is; then outlive_reader().
/// Throws Error(kSystem), Error(kBadOption).
void check_output(const std::string& option, const std::string& path,
                  const std::vector<std::string>& inputs);

/// check_output() refuses to replace `path`, too, from then on: what the frame of the program
/// reads.
void keep_input(const std::string& path);

/// From then on the process goes on when nobody reads its standard output any more (| head): for
/// programs that write more than they print. run_program() fails afterwards.
void outlive_reader();

/// Throws Error(kBadOption) when two outputs are the same file, whether or not it is there, and
/// whichever links lead to it.
void check_distinct(std::span<const std::string> outputs);

/// Where an output will stand: behind symbolic links, even if there is nothing.
std::filesystem::path place_of(const std::string& output);

}  // namespace mfpar::apps
