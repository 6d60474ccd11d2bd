// SPDX-License-Identifier: MIT
#include "mf-serve/questions.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <optional>

#include "common/json_ratings.hpp"
#include "mf-serve/http_message.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

// The status of a value that cannot be used: in the target, and in a body whose JSON was
// understood.
constexpr unsigned kBadRequest = 400, kUnprocessable = 422;

constexpr const char* kNoRatings =
    "the body has no ratings; send {\"ratings\": {\"ITEM\": 4.5, ...}}";

std::uint32_t top_of(std::optional<std::uint64_t> value, const Limits& limits, unsigned status) {
  if (value && *value >= 1 && *value <= limits.max_top) return static_cast<std::uint32_t>(*value);
  throw HttpError(status, "top must be a whole number from 1 to " + std::to_string(limits.max_top));
}

RankBy rank_by_of(std::optional<RankBy> value, unsigned status) {
  if (value) return *value;
  throw HttpError(status, std::string("rank_by must be ") + kRankByForms);
}

std::uint32_t least_ratings_of(std::optional<std::uint64_t> value, unsigned status) {
  constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (value && *value <= kMost) return static_cast<std::uint32_t>(*value);
  throw HttpError(status,
                  "least_ratings must be a whole number from 0 to " + std::to_string(kMost));
}

float least_rating_of(std::optional<double> value, unsigned status) {
  if (value && std::isfinite(static_cast<float>(*value))) return static_cast<float>(*value);
  throw HttpError(status, "least_rating must be a number");
}

float diversity_of(std::optional<double> value, unsigned status) {
  if (value && *value >= 0.0 && *value <= 1.0) return static_cast<float>(*value);
  throw HttpError(status, "diversity must be a number from 0 to 1");
}

/// "3:genres", or a list of these.
std::vector<std::string> at_most_in(const Json& json) {
  std::vector<std::string> limits;
  for (const Json& limit : json.is_array() ? json : Json::array({json})) {
    if (!limit.is_string()) {
      throw HttpError(kUnprocessable,
                      "at_most must be N:COLUMN, such as \"3:genres\", or a list of these");
    }
    limits.push_back(limit.get<std::string>());
  }
  return limits;
}

SimilarBy similar_by_of(std::optional<SimilarBy> value, unsigned status) {
  if (value) return *value;
  throw HttpError(status, std::string("similar_by must be ") + kSimilarByForms);
}

bool flag_of(std::optional<bool> value, const char* name, unsigned status) {
  if (value) return *value;
  throw HttpError(status, std::string(name) + " must be true or false");
}

std::optional<std::uint64_t> whole_number_of(const Json& json) {
  return json.is_number_unsigned() ? std::optional(json.get<std::uint64_t>()) : std::nullopt;
}

std::optional<double> number_of(const Json& json) {
  return json.is_number() ? std::optional(json.get<double>()) : std::nullopt;
}

std::optional<bool> flag_in(const Json& json) {
  return json.is_boolean() ? std::optional(json.get<bool>()) : std::nullopt;
}

/// As a query says it; with nothing behind the name, as on a command line, it is set.
std::optional<bool> flag_in(const std::string& text) {
  if (text == "true" || text == "1" || text.empty()) return true;
  return text == "false" || text == "0" ? std::optional(false) : std::nullopt;
}

const Json& require_object(const Json& json, const std::string& what) {
  if (json.is_object()) return json;
  throw HttpError(kUnprocessable, what + " is " + kind_of(json) + "; it must be an object");
}

/// Reads a body, an object with no other keys than `known`.
Json object_of(std::string_view body, std::initializer_list<std::string_view> known) {
  Json json;
  try {
    json = parse_json(body);
  } catch (const Error& e) {
    throw HttpError(kBadRequest, "the body is " + std::string(e.what()));
  }
  for (const auto& [key, value] : require_object(json, "the body").items()) {
    if (std::ranges::find(known, with_underscores(key)) != known.end()) continue;
    std::string list;
    for (const std::string_view one : known) list.append(list.empty() ? "" : ", ").append(one);
    throw HttpError(kUnprocessable, "the body has a key '" + key + "'; it may have: " + list);
  }
  return json;
}

/// The member `key`, written with - for _ perhaps, the last where it is given several times; null
/// where it is not.
const Json* find(const Json& object, std::string_view key) {
  const Json* found = nullptr;
  for (const auto& [name, value] : object.items()) {
    if (with_underscores(name) == key) found = &value;
  }
  return found;
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

ListQuestion list_in(const Json& body, const Limits& limits) {
  ListQuestion list;
  list.top = std::min(list.top, limits.max_top);
  if (const Json* const top = find(body, "top")) {
    list.top = top_of(whole_number_of(*top), limits, kUnprocessable);
  }
  if (const Json* const by = find(body, "rank_by")) {
    list.rank_by = rank_by_of(rank_by_of(*by), kUnprocessable);
  }
  if (const Json* const least = find(body, "least_ratings")) {
    list.least_ratings = least_ratings_of(whole_number_of(*least), kUnprocessable);
  }
  if (const Json* const least = find(body, "least_rating")) {
    list.least_rating = least_rating_of(number_of(*least), kUnprocessable);
  }
  if (const Json* const groups = find(body, "at_most")) list.at_most = at_most_in(*groups);
  if (const Json* const diversity = find(body, "diversity")) {
    list.diversity = diversity_of(number_of(*diversity), kUnprocessable);
  }
  if (const Json* const keep = find(body, "keep_rated")) {
    list.keep_rated = flag_of(flag_in(*keep), "keep_rated", kUnprocessable);
  }
  if (const Json* const explain = find(body, "explain")) {
    list.explain = flag_of(flag_in(*explain), "explain", kUnprocessable);
  }
  return list;
}

}  // namespace

ListQuestion list_question(const RequestTarget& target, const Limits& limits) {
  ListQuestion list;
  list.top = std::min(list.top, limits.max_top);
  if (const std::string* const top = target.find("top")) {
    list.top = top_of(whole_number_in(*top), limits, kBadRequest);
  }
  if (const std::string* const by = target.find("rank_by")) {
    list.rank_by = rank_by_of(parse_rank_by(*by), kBadRequest);
  }
  if (const std::string* const least = target.find("least_ratings")) {
    list.least_ratings = least_ratings_of(whole_number_in(*least), kBadRequest);
  }
  if (const std::string* const least = target.find("least_rating")) {
    list.least_rating = least_rating_of(number_in(*least), kBadRequest);
  }
  if (const std::string* const groups = target.find("at_most")) list.at_most = {*groups};
  if (const std::string* const diversity = target.find("diversity")) {
    list.diversity = diversity_of(number_in(*diversity), kBadRequest);
  }
  if (const std::string* const by = target.find("similar_by")) {
    list.similar_by = similar_by_of(parse_similar_by(*by), kBadRequest);
  }
  if (const std::string* const keep = target.find("keep_rated")) {
    list.keep_rated = flag_of(flag_in(*keep), "keep_rated", kBadRequest);
  }
  if (const std::string* const explain = target.find("explain")) {
    list.explain = flag_of(flag_in(*explain), "explain", kBadRequest);
  }
  return list;
}

UserQuestion user_question(std::string_view body, const Limits& limits) {
  const Json json =
      object_of(body, {"id", "user", "ratings", "top", "rank_by", "least_ratings", "least_rating",
                       "at_most", "diversity", "keep_rated", "explain"});
  UserQuestion question{.list = list_in(json, limits)};
  const Json* const id = find(json, "id");
  const Json* const user = find(json, "user");
  if (id != nullptr && user != nullptr) {
    throw HttpError(kUnprocessable, "id and user mean the same; send one");
  }
  if (id != nullptr) question.id = required_id(*id, "id");
  if (user != nullptr) question.id = required_id(*user, "user");
  question.ratings = ratings_member(json, limits);
  if (question.id.empty() && !question.ratings) throw HttpError(kUnprocessable, kNoRatings);
  return question;
}

std::vector<ItemRating> ratings_in(std::string_view body, const Limits& limits) {
  const auto ratings = ratings_member(object_of(body, {"ratings"}), limits);
  if (!ratings) throw HttpError(kUnprocessable, kNoRatings);
  return *ratings;
}

std::string reload_path(std::string_view body) {
  if (body.empty()) return "";
  const Json json = object_of(body, {"path"});
  const Json* const path = find(json, "path");
  if (path == nullptr) return "";
  if (!path->is_string() || path->get<std::string>().empty()) {
    throw HttpError(kUnprocessable, "path must be the name of a file");
  }
  return path->get<std::string>();
}

}  // namespace mfpar::apps
