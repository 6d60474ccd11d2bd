// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/json.hpp"
#include "mfpar/rated_items.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::apps {

// What requests say, in the same words and forms on command lines, in JSON lines and over HTTP.

/// "least-ratings" as "least_ratings": keys may be spelt as on a command line.
std::string with_underscores(std::string name);

/// The id that a value stands for, a string or a whole number. Throws Error(kBadData) calling it
/// `key` for anything else, and for the empty string.
std::string required_id(const Json& json, const char* key);

/// The ratings of one user: {"318": 5}, [["318", 5], [296, 4.5]] or
/// [{"item": "318", "rating": 5}]. `other` is what the ids are of: "item", or "user" for the
/// ratings of an item. Throws Error(kBadData) saying what was found and what was expected.
std::vector<ItemRating> ratings_of(const Json& json, const char* other = "item");

/// parse_rank_by() of JSON, where W alone may be a number.
std::optional<RankBy> rank_by_of(const Json& json);

inline constexpr const char* kRankByForms =
    "rating, interaction, one-class, or blend:W or one-class:W with a number W, such as blend:0.5";

/// What to warn of where a list of `listed` items is shorter than asked for. `least` is how many
/// ratings an item had to have, if that kept any out, and `option` how that is said.
std::string short_list_warning(std::size_t listed, std::uint32_t least, const std::string& option);

}  // namespace mfpar::apps
