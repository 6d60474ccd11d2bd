// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mfpar::apps {

/// How many cells of a terminal UTF-8 `text` takes: none for combining marks, two for the wide
/// characters of East Asia and pictures. A byte that is not UTF-8 takes one.
std::size_t display_width(std::string_view text);

/// `text` in at most `width` cells: as it is, or cut, with an ellipsis at the end. Control
/// characters become blanks.
std::string shortened(std::string_view text, std::size_t width);

/// How many cells a line of a standard stream (1: output, 2: error) has where that is a terminal, 0
/// (any number) otherwise.
std::size_t terminal_width(int stream = 1);

}  // namespace mfpar::apps
