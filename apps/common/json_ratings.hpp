// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
    "rating, interaction, one-class, or blend:W, one-class:W, lower:W or upper:W with a number W, "
    "such as blend:0.5";

inline constexpr const char* kSimilarByForms = "raters or factors";

/// kSimilarByForms; nothing for any other text.
std::optional<SimilarBy> parse_similar_by(std::string_view text);
const char* name_of(SimilarBy by);

/// What may keep items out of a list.
struct ListLimits {
  std::uint32_t least_ratings = 0;  ///< that an item had to have, if that kept any out
  std::optional<float> least_rating = {};
  bool limits_groups = false;
};

/// What to warn of where a list of `listed` items is shorter than asked for. The names are those of
/// the limits, as they are said.
std::string short_list_warning(std::size_t listed, const ListLimits& limits,
                               const std::string& least_ratings, const std::string& least_rating,
                               const std::string& at_most);

}  // namespace mfpar::apps
