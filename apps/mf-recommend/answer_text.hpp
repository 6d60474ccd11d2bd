// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "mf-recommend/answer.hpp"

namespace mfpar::apps {

/// A list as one JSON object on a line; apps/RECOMMEND.md describes it.
std::string json_of(const Answer& answer, const Catalogue& catalogue);

/// The first line of a CSV file of lists.
std::string csv_header(const Catalogue& catalogue, bool explain);

/// A line for each item of the list.
std::string csv_of(const Answer& answer, const Catalogue& catalogue);

/// A table to read, in lines of at most so many characters where `width` is not 0.
std::string table_of(const Answer& answer, const Catalogue& catalogue, std::size_t width);

}  // namespace mfpar::apps
