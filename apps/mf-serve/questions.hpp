// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mf-serve/parameters.hpp"
#include "mfpar/rated_items.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::apps {

/// How much one request may ask for.
struct Limits {
  std::uint32_t max_top = 1000;
  std::uint32_t max_ratings = 10000;
};

/// The length and order of a list.
struct ListQuestion {
  std::uint32_t top = 20;
  RankBy rank_by = RankBy::rating();
};

/// A new user, known by ratings.
struct NewUser {
  std::vector<ItemRating> ratings;
  ListQuestion list;
  bool explain = false;  ///< whether each item is to come with the ratings that speak for it most
};

/// `top` and `rank_by` of a query, where they are given. Throws HttpError(400).
ListQuestion list_question(const RequestTarget& target, const Limits& limits);

/// The body {"ratings": {"ID": NUMBER, ...}}, with "top", "rank_by" and "explain" besides when
/// `with_list`. Throws HttpError, 400 for what is not JSON, 422 for JSON that says something else.
NewUser new_user(std::string_view body, const Limits& limits, bool with_list);

/// The body {"path": "FILE"}; "" for an empty body. Throws as above.
std::string reload_path(std::string_view body);

}  // namespace mfpar::apps
