// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace mfpar::apps {

/// One line of an input, without its end.
struct InputLine {
  std::uint64_t number = 0;  ///< from 1
  std::string_view text;
};

/// Reads `path`, or standard input for "-", and calls take() with the lines that are there, several
/// at once where there are several, before it waits for more; lines of blanks are passed over.
/// Stops early when asked to. Throws Error(kSystem) when it cannot be read, Error(kBadData) for a
/// line of more than 64 MiB.
void read_lines(const std::string& path, const std::stop_token& stop,
                const std::function<void(std::span<const InputLine>)>& take);

}  // namespace mfpar::apps
