// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <string>

namespace mfpar::apps {

/// Checks, before the work begins, that the file an option names can be written, and that it is
/// none of the files that will be read. Throws Error(kSystem), Error(kBadOption).
void check_output(const std::string& option, const std::string& path,
                  std::initializer_list<std::string> inputs);

}  // namespace mfpar::apps
