// SPDX-License-Identifier: MIT
#include "mf-serve/questions.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>

#include "common/json.hpp"
#include "mf-serve/http_message.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

// The status of a value that cannot be used: in the target, and in a body whose JSON was
// understood.
constexpr unsigned kBadRequest = 400, kUnprocessable = 422;

std::uint32_t top_of(std::optional<std::uint64_t> value, const Limits& limits, unsigned status) {
  if (value && *value >= 1 && *value <= limits.max_top) return static_cast<std::uint32_t>(*value);
  throw HttpError(status, "top must be a whole number from 1 to " + std::to_string(limits.max_top));
}

RankBy rank_by_of(std::string_view word, std::optional<double> number, unsigned status) {
  if (word == "rating") return RankBy::rating();
  if (word == "interaction") return RankBy::interaction();
  const float weight = static_cast<float>(number.value_or(NAN));
  if (std::isfinite(weight)) return RankBy::blend(weight);
  throw HttpError(status, "rank_by must be rating, interaction, or a number: the weight of biases");
}

std::optional<double> number_of(const Json& json) {
  return json.is_number() ? std::optional(json.get<double>()) : std::nullopt;
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
    if (std::ranges::find(known, key) != known.end()) continue;
    std::string list;
    for (const std::string_view one : known) list.append(list.empty() ? "" : ", ").append(one);
    throw HttpError(kUnprocessable, "the body has a key '" + key + "'; it may have: " + list);
  }
  return json;
}

/// The member `key`, the last where it is given several times; null where it is not.
const Json* find(const Json& object, std::string_view key) {
  const Json* found = nullptr;
  for (const auto& [name, value] : object.items()) {
    if (name == key) found = &value;
  }
  return found;
}

std::vector<ItemRating> ratings_of(const Json& body, const Limits& limits) {
  const Json* const value = find(body, "ratings");
  if (value == nullptr) {
    throw HttpError(kUnprocessable,
                    "the body has no ratings; send {\"ratings\": {\"ITEM\": 4.5, ...}}");
  }
  if (require_object(*value, "ratings").size() > limits.max_ratings) {
    throw HttpError(kUnprocessable, "there are " + std::to_string(value->size()) +
                                        " ratings; send at most " +
                                        std::to_string(limits.max_ratings));
  }
  std::vector<ItemRating> ratings;
  for (const auto& [id, rating] : value->items()) {
    const auto number = static_cast<float>(number_of(rating).value_or(NAN));
    if (!std::isfinite(number)) {
      throw HttpError(kUnprocessable, "the rating of '" + id + "' is " +
                                          (rating.is_number() ? "too large" : kind_of(rating)) +
                                          "; it must be a number on the scale of the model");
    }
    ratings.push_back({id, number});
  }
  return ratings;
}

}  // namespace

ListQuestion list_question(const RequestTarget& target, const Limits& limits) {
  ListQuestion list;
  list.top = std::min(list.top, limits.max_top);
  if (const auto top = target.parameters.find("top"); top != target.parameters.end()) {
    list.top = top_of(whole_number_in(top->second), limits, kBadRequest);
  }
  if (const auto by = target.parameters.find("rank_by"); by != target.parameters.end()) {
    list.rank_by = rank_by_of(by->second, number_in(by->second), kBadRequest);
  }
  return list;
}

NewUser new_user(std::string_view body, const Limits& limits, bool with_list) {
  const Json json = with_list ? object_of(body, {"ratings", "top", "rank_by", "explain"})
                              : object_of(body, {"ratings"});
  NewUser user;
  user.list.top = std::min(user.list.top, limits.max_top);
  if (const Json* const top = find(json, "top")) {
    const bool whole = top->is_number_unsigned();
    user.list.top = top_of(whole ? std::optional(top->get<std::uint64_t>()) : std::nullopt, limits,
                           kUnprocessable);
  }
  if (const Json* const by = find(json, "rank_by")) {
    const std::string word = by->is_string() ? by->get<std::string>() : "";
    user.list.rank_by = rank_by_of(word, number_of(*by), kUnprocessable);
  }
  if (const Json* const explain = find(json, "explain")) {
    if (!explain->is_boolean()) throw HttpError(kUnprocessable, "explain must be true or false");
    user.explain = explain->get<bool>();
  }
  user.ratings = ratings_of(json, limits);
  return user;
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
