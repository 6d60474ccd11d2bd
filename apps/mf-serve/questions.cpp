// SPDX-License-Identifier: MIT
#include "mf-serve/questions.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "common/json_ratings.hpp"
#include "common/text.hpp"
#include "mf-serve/http_message.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

// The status of a value that cannot be used: in the target, and in a body whose JSON was
// understood.
constexpr unsigned kBadRequest = 400, kUnprocessable = 422, kTooLarge = 413;

constexpr const char* kNoRatings =
    "the body has no ratings; send {\"ratings\": {\"ITEM\": 4.5, ...}}";

using Keys = std::span<const std::string_view>;

constexpr std::array<std::string_view, 17> kUserKeys{
    "user",    "id",        "top",        "rank_by", "least_ratings", "least_rating",
    "at_most", "diversity", "keep_rated", "explain", "where",         "only",
    "exclude", "offset",    "titles",     "fields",  "ratings"};
/// Those of a query, which has no ratings.
constexpr Keys kUserParameters{kUserKeys.data(), kUserKeys.size() - 1};

constexpr std::array<std::string_view, 11> kSimilarKeys{
    "item", "similar_to", "similar_by", "top",    "least_ratings", "where",
    "only", "exclude",    "offset",     "titles", "fields"};

const Json& require_object(const Json& json, const std::string& what) {
  if (json.is_object()) return json;
  throw HttpError(kUnprocessable, what + " is " + kind_of(json) + "; it must be an object");
}

Json json_in(std::string_view body, const std::string& what = "the body") {
  try {
    return parse_json(body);
  } catch (const Error& e) {
    throw HttpError(kBadRequest, what + " is " + std::string(e.what()));
  }
}

/// Throws HttpError unless it is an object with no other keys than `known`, each at most once.
void check_keys(const Json& json, Keys known, const std::string& what = "the body") {
  std::vector<std::string> found;
  for (const auto& member : require_object(json, what).items()) {
    const std::string& key = member.key();
    const std::string name = with_underscores(key);
    if (std::ranges::find(found, name) != found.end()) {
      throw HttpError(kUnprocessable, what + " has the key '" + key + "' twice; give it once");
    }
    found.push_back(name);
    if (std::ranges::find(known, name) != known.end()) continue;
    std::string list;
    for (const std::string_view one : known) list.append(list.empty() ? "" : ", ").append(one);
    throw HttpError(kUnprocessable, what + " has a key '" + key + "'; it may have: " + list);
  }
}

/// The member `key`, written with - for _ perhaps; null where it is not there.
const Json* find(const Json& object, std::string_view key) {
  const Json* found = nullptr;
  for (const auto& [name, value] : object.items()) {
    if (with_underscores(name) == key) found = &value;
  }
  return found;
}

FindValue finder_in(const Json& object) {
  return [&object](std::string_view key) -> std::optional<RequestValue> {
    const Json* const value = find(object, key);
    return value == nullptr ? std::nullopt : std::optional(RequestValue(*value));
  };
}

FindValue finder_in(const RequestTarget& target) {
  return [&target](std::string_view key) -> std::optional<RequestValue> {
    const auto* const values = target.find_all(key);
    return values == nullptr ? std::nullopt : std::optional(RequestValue(*values));
  };
}

/// The id under one of two names, which mean the same; "" where there is none.
std::string id_in(const Json& json, const char* name, const char* alias) {
  const Json* const id = find(json, name);
  const Json* const other = find(json, alias);
  if (id != nullptr && other != nullptr) {
    throw HttpError(kUnprocessable,
                    std::string(name) + " and " + alias + " mean the same; send one");
  }
  if (id != nullptr) return required_id(*id, name);
  return other != nullptr ? required_id(*other, alias) : "";
}

std::optional<std::vector<ItemRating>> ratings_member(const Json& body, const Limits& limits) {
  const Json* const value = find(body, "ratings");
  if (value == nullptr) return std::nullopt;
  if (value->size() > limits.max_ratings) {
    throw HttpError(kUnprocessable, "there are " + std::to_string(value->size()) +
                                        " ratings; send at most " +
                                        std::to_string(limits.max_ratings));
  }
  return ratings_of(*value);
}

UserQuestion user_question(const Json& json, const Limits& limits, const std::string& what) {
  check_keys(json, kUserKeys, what);
  UserQuestion question{.list = list_question(finder_in(json), limits, kUnprocessable)};
  question.id = id_in(json, "id", "user");
  question.ratings = ratings_member(json, limits);
  if (question.id.empty() && !question.ratings) throw HttpError(kUnprocessable, kNoRatings);
  return question;
}

/// A request of a batch, which `read` gives as JSON.
template <class Read>
BatchQuestion::One one_of_batch(const Read& read, const Limits& limits) {
  try {
    return {.user = user_question(read(), limits, "the request")};
  } catch (const HttpError& e) {
    return {.refusal = Refusal{e.status(), e.what()}};
  } catch (const Error& e) {
    return {.refusal = Refusal{kUnprocessable, e.what()}};
  }
}

/// The requests of a body that has one a line; lines of blanks are passed over.
BatchQuestion lines_of(std::string_view body, const Limits& limits) {
  BatchQuestion batch{.is_lines = true};
  while (!body.empty()) {
    const std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(body.size(), line.size() + 1));
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    if (batch.users.size() > limits.max_users) break;  // too many, which is told below
    batch.users.push_back(one_of_batch([&] { return json_in(line, "the request"); }, limits));
  }
  return batch;
}

void check_size(const BatchQuestion& batch, const Limits& limits) {
  if (batch.users.size() > limits.max_users) {
    throw HttpError(kTooLarge, "there are more than " + with_commas(limits.max_users) +
                                   " users; send fewer at a time");
  }
  std::uint64_t items = 0;
  for (const BatchQuestion::One& one : batch.users) {
    if (!one.refusal) items += one.user.list.top + one.user.list.offset;
  }
  if (items > limits.max_batch_items()) {
    throw HttpError(kTooLarge, "the lists have " + with_commas(items) +
                                   " items together; ask for at most " +
                                   with_commas(limits.max_batch_items()));
  }
}

}  // namespace

UserQuestion user_question(const RequestTarget& target, const Limits& limits) {
  target.allow_only(kUserParameters);
  return {.id = target.required("user", "id"),
          .list = list_question(finder_in(target), limits, kBadRequest)};
}

SimilarQuestion similar_question(const RequestTarget& target, const Limits& limits) {
  target.allow_only(kSimilarKeys);
  return {.item = target.required("item", "similar_to"),
          .list = list_question(finder_in(target), limits, kBadRequest)};
}

UserQuestion user_question(std::string_view body, const Limits& limits) {
  return user_question(json_in(body), limits, "the body");
}

SimilarQuestion similar_question(std::string_view body, const Limits& limits) {
  const Json json = json_in(body);
  check_keys(json, kSimilarKeys);
  SimilarQuestion question{.item = id_in(json, "item", "similar_to"),
                           .list = list_question(finder_in(json), limits, kUnprocessable)};
  if (question.item.empty()) {
    throw HttpError(kUnprocessable, "the body has no item; send {\"item\": \"ITEM\"}");
  }
  return question;
}

BatchQuestion batch_question(std::string_view body, const Limits& limits) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  const std::size_t end_of_line = std::min(body.find('\n', first), body.size());
  const bool has_lines = body.find_first_not_of(" \t\r\n", end_of_line) != body.npos;
  std::optional<Json> whole;
  try {
    whole = json_in(body);
  } catch (const HttpError&) {
    if (!has_lines) throw;  // else each line may be a request
  }
  BatchQuestion batch;
  const Json* const users = whole ? find(require_object(*whole, "the body"), "users") : nullptr;
  if (whole && users == nullptr && has_lines) {
    check_keys(*whole, std::array<std::string_view, 1>{"users"});
    throw HttpError(kUnprocessable, "the body has no users; send {\"users\": [{...}, ...]}");
  }
  if (users == nullptr) {
    batch = lines_of(body, limits);
  } else {
    check_keys(*whole, std::array<std::string_view, 1>{"users"});
    if (!users->is_array()) {
      throw HttpError(kUnprocessable, std::string("users is ") + kind_of(*users) +
                                          "; it must be a list of requests");
    }
    if (users->size() <= limits.max_users) {
      for (const Json& user : *users) {
        batch.users.push_back(one_of_batch([&]() -> const Json& { return user; }, limits));
      }
    } else {
      batch.users.resize(users->size());
    }
  }
  check_size(batch, limits);
  return batch;
}

std::vector<ItemRating> ratings_in(std::string_view body, const Limits& limits) {
  const Json json = json_in(body);
  check_keys(json, std::array<std::string_view, 1>{"ratings"});
  const auto ratings = ratings_member(json, limits);
  if (!ratings) throw HttpError(kUnprocessable, kNoRatings);
  return *ratings;
}

std::string reload_path(std::string_view body) {
  if (body.empty()) return "";
  const Json json = json_in(body);
  check_keys(json, std::array<std::string_view, 1>{"path"});
  const Json* const path = find(json, "path");
  if (path == nullptr) return "";
  if (!path->is_string() || path->get<std::string>().empty()) {
    throw HttpError(kUnprocessable, "path must be the name of a file");
  }
  return path->get<std::string>();
}

}  // namespace mfpar::apps
