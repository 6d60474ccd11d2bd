// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.hpp"
#include "mfpar/rated_items.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::apps {

// What requests say, in the same words and forms on command lines, in JSON lines and over HTTP.

/// The id that a value stands for, a string or a whole number. Throws Error(kBadData) calling it
/// `key` for anything else, and for the empty string.
std::string required_id(const Json& json, const char* key);

/// The ratings of one user: {"318": 5}, [["318", 5], [296, 4.5]] or
/// [{"item": "318", "rating": 5}]. `other` is what the ids are of: "item", or "user" for the
/// ratings of an item. Throws Error(kBadData) saying what was found and what was expected.
std::vector<ItemRating> ratings_of(const Json& json, const char* other = "item");

/// "rating", "interaction", "blend:W" or W alone, for a weight W; nothing for anything else.
std::optional<RankBy> parse_rank_by(std::string_view text);

/// The same from JSON, where W alone may be a number.
std::optional<RankBy> rank_by_of(const Json& json);

inline constexpr const char* kRankByForms =
    "rating, interaction or blend:W with a number W, such as blend:0.5";

}  // namespace mfpar::apps
