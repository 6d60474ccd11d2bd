// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mf-serve/list_question.hpp"
#include "mf-serve/parameters.hpp"
#include "mfpar/rated_items.hpp"

namespace mfpar::apps {

/// For whom a list is.
struct UserQuestion {
  std::string id{};  ///< of a trained user, where there are no ratings; else only repeated
  std::optional<std::vector<ItemRating>> ratings{};  ///< of a new user
  ListQuestion list{};
};

/// What a list of similar items is to be like, and to which item.
struct SimilarQuestion {
  std::string item{};
  ListQuestion list{};
};

/// Why a request cannot be answered.
struct Refusal {
  unsigned status = 0;
  std::string what{};
};

/// Many users' requests.
struct BatchQuestion {
  struct One {
    UserQuestion user{};
    std::optional<Refusal> refusal{};  ///< in place of the user
  };
  std::vector<One> users{};
  bool is_lines = false;  ///< whether the body has a request a line, and so has the answer
};

/// The queries of GET /recommend and of GET /similar. Throw HttpError(400).
UserQuestion user_question(const RequestTarget& target, const Limits& limits);
SimilarQuestion similar_question(const RequestTarget& target, const Limits& limits);

/// The body of POST /recommend, a request as in the JSON lines of mf-recommend, apps/RECOMMEND.md.
/// Throws HttpError, 400 for what is not JSON, 422 for JSON that says something else, and
/// Error(kBadData) where that is said of ratings.
UserQuestion user_question(std::string_view body, const Limits& limits);

/// The body of POST /similar. Throws as above.
SimilarQuestion similar_question(std::string_view body, const Limits& limits);

/// The body of POST /recommend/batch: {"users": [REQUEST, ...]}, or a request a line. What is wrong
/// with one request is its refusal. Throws as above for what is wrong with the whole, and
/// HttpError(413) for too many users or items.
BatchQuestion batch_question(std::string_view body, const Limits& limits);

/// The body of POST /fold-in: the ratings alone. Throws as above.
std::vector<ItemRating> ratings_in(std::string_view body, const Limits& limits);

/// The body {"path": "FILE"}; "" for an empty body. Throws as above.
std::string reload_path(std::string_view body);

}  // namespace mfpar::apps
