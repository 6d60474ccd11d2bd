// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
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

/// What a list is to be like.
struct ListQuestion {
  std::uint32_t top = 20;
  std::optional<RankBy> rank_by;               ///< usual_rank_by() unless given
  std::optional<std::uint32_t> least_ratings;  ///< usual_least_ratings() unless given
  bool keep_rated = false;
  std::optional<float> least_rating;  ///< none unless given
  float diversity = 0.0f;
  std::vector<std::string> at_most{};   ///< "3:genres", of the file of titles
  std::optional<SimilarBy> similar_by;  ///< of similar items: the usual one unless given
  bool explain = false;  ///< whether each item is to come with where its score comes from
};

/// For whom a list is.
struct UserQuestion {
  std::string id{};  ///< of a trained user, where there are no ratings; else only repeated
  std::optional<std::vector<ItemRating>> ratings{};  ///< of a new user
  ListQuestion list{};
};

/// What of a list a query says. Throws HttpError(400).
ListQuestion list_question(const RequestTarget& target, const Limits& limits);

/// The body of POST /recommend, a request as in the JSON lines of mf-recommend, apps/RECOMMEND.md.
/// Throws HttpError, 400 for what is not JSON, 422 for JSON that says something else, and
/// Error(kBadData) where that is said of ratings.
UserQuestion user_question(std::string_view body, const Limits& limits);

/// The body of POST /fold-in: the ratings alone. Throws as above.
std::vector<ItemRating> ratings_in(std::string_view body, const Limits& limits);

/// The body {"path": "FILE"}; "" for an empty body. Throws as above.
std::string reload_path(std::string_view body);

}  // namespace mfpar::apps
