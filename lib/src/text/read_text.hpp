// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "mfpar/read_ratings.hpp"
#include "text/rating_text.hpp"

namespace mfpar {

/// The files that paths stand for, of which some may be folders. Throws as read_ratings().
std::vector<std::string> files_to_read(std::span<const std::string> paths);

/// Reads ratings from files of text, in their order; they go to the sink where there is one, and
/// the table has ids only. Files that can be mapped are read `window` bytes at a time. Throws as
/// read_ratings(). REQUIRES: files, and a window of some megabytes.
ReadResult read_text(const std::vector<std::string>& files, const ReadOptions& options,
                     RatingText::Sink sink = {}, std::size_t window = std::string_view::npos);

}  // namespace mfpar
