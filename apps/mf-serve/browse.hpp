// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "common/json.hpp"
#include "mf-serve/answers.hpp"

namespace mfpar::apps {

// What there is to ask about: for those who do not know the ids, as the page of the service.
// Answers as in answers.hpp; safe from many threads at once.

/// What the model predicts, by what its lists can be ordered, and for columns of the file of titles
/// that name groups, such as genres, these with the number of their items.
Json catalogue(const TitledModel& titled);

/// How many are asked for, 20 unless given. Throws HttpError(400).
std::uint32_t top_in(const RequestTarget& target, const Limits& limits);

/// The items that `text` finds: of which it is the id, then those that ItemSearch::find() finds,
/// without titles those whose ids begin so; for the empty text those with most ratings.
Json find_items(const TitledModel& titled, const std::string& text, std::uint32_t top);

/// One item, in a list as find_items() has it. Throws HttpError(404) for an unknown one.
Json find_item(const TitledModel& titled, const std::string& item);

/// The users whose ids begin with `text`, as ids_beginning() has them.
Json find_users(const ServedModel& served, const std::string& text, std::uint32_t top);

}  // namespace mfpar::apps
