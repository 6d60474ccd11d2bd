// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text/line_fault.hpp"

namespace mfpar {

/// What the name of a column says it is for.
struct NamedRole {
  Role role = Role::kUser;
  int rank = 0;  ///< of several columns for a role the one with the lowest is meant
};

/// Names that are well known have ranks below kLooseRank ("userId", "book_id", "Book-Rating",
/// "ts"); others are known by the word they end in ("review/score", "visitor_id", "created_at"),
/// in which ids go before names, and ratings of a user before others. What RecBole writes behind a
/// name is left out ("item_id:token"). Nothing for other names, and for numbers of many ratings or
/// of models ("avg_rating", "rating_count", "predicted_rating").
std::optional<NamedRole> named_role(std::string_view name);
inline constexpr int kLooseRank = 100;

/// Whether a column's name names both a user and an item, as "UserId:ItemId" does.
bool is_compound(std::string_view name);

/// Whether a column's name is one of what is known of items and users, not of ratings ("year",
/// "price", "genre").
bool names_a_feature(std::string_view name);

/// Whether a column's name says that it holds years ("release_year").
bool names_a_year(std::string_view name);

/// Whether a column's name says that its numbers are names, with which there is nothing to count
/// ("imdbId", "zip code").
bool names_a_label(std::string_view name);

/// Whether a column's name is that of titles, which are ids where there are no others.
bool is_title(std::string_view name);

/// Whether two names are the same but for letter case and RecBole's types.
bool is_same_name(std::string_view column, std::string_view asked);

}  // namespace mfpar
