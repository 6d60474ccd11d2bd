// SPDX-License-Identifier: MIT
#include "mf-serve/questions.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>

#include "common/json_reader.hpp"
#include "mf-serve/http_message.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

// The status of a value that cannot be used: in the target, and in a body whose JSON was understood.
constexpr unsigned kBadRequest = 400, kUnprocessable = 422;

std::uint32_t top_of(std::optional<std::uint64_t> value, const Limits& limits, unsigned status) {
  if (value && *value >= 1 && *value <= limits.most_top) return static_cast<std::uint32_t>(*value);
  throw HttpError(status,
                  "top must be a whole number from 1 to " + std::to_string(limits.most_top));
}

RankBy rank_by_of(const std::string* word, std::optional<double> number, unsigned status) {
  if (word != nullptr && *word == "rating") return RankBy::rating();
  if (word != nullptr && *word == "interaction") return RankBy::interaction();
  const float weight = static_cast<float>(number.value_or(NAN));
  if (std::isfinite(weight)) return RankBy::blend(weight);
  throw HttpError(status, "rank_by must be rating, interaction, or a number: the weight of biases");
}

JsonValue json_of(std::string_view body) {
  try {
    return parse_json(body);
  } catch (const Error& e) {
    throw HttpError(kBadRequest, "the body is " + std::string(e.what()));
  }
}

const JsonValue::Members& members_of(const JsonValue& value, const std::string& what) {
  const auto* members = value.members();
  if (members != nullptr) return *members;
  throw HttpError(kUnprocessable, what + " is " + value.kind() + "; it must be an object");
}

/// The member `key`, the last where it is there several times; null where it is not.
const JsonValue* find(const JsonValue::Members& members, std::string_view key) {
  const auto found = std::find_if(members.rbegin(), members.rend(),
                                  [&](const auto& member) { return member.first == key; });
  return found == members.rend() ? nullptr : &found->second;
}

void allow_only(const JsonValue::Members& members, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : members) {
    if (std::ranges::find(known, key) != known.end()) continue;
    std::string list;
    for (const std::string_view one : known) list.append(list.empty() ? "" : ", ").append(one);
    throw HttpError(kUnprocessable, "the body has a key '" + key + "'; what it may have: " + list);
  }
}

std::vector<std::pair<std::string, float>> ratings_of(const JsonValue::Members& body,
                                                      const Limits& limits) {
  const JsonValue* const value = find(body, "ratings");
  if (value == nullptr) {
    throw HttpError(kUnprocessable,
                    "the body has no ratings; send {\"ratings\": {\"ITEM\": 4.5, ...}}");
  }
  const JsonValue::Members& members = members_of(*value, "ratings");
  if (members.size() > limits.most_ratings) {
    throw HttpError(kUnprocessable, "there are " + std::to_string(members.size()) +
                                        " ratings; send at most " +
                                        std::to_string(limits.most_ratings));
  }
  std::vector<std::pair<std::string, float>> ratings;
  for (const auto& [id, rating] : members) {
    const auto number = static_cast<float>(rating.number().value_or(NAN));
    if (!std::isfinite(number)) {
      throw HttpError(kUnprocessable, "the rating of '" + id + "' is " +
                                          (rating.number() ? "too large" : rating.kind()) +
                                          "; it must be a number on the scale of the model");
    }
    ratings.emplace_back(id, number);
  }
  return ratings;
}

}  // namespace

ListQuestion list_question(const RequestTarget& target, const Limits& limits) {
  ListQuestion list;
  list.top = std::min(list.top, limits.most_top);
  if (const auto top = target.parameters.find("top"); top != target.parameters.end()) {
    list.top = top_of(whole_number_in(top->second), limits, kBadRequest);
  }
  if (const auto by = target.parameters.find("rank_by"); by != target.parameters.end()) {
    list.rank_by = rank_by_of(&by->second, number_in(by->second), kBadRequest);
  }
  return list;
}

NewUser new_user(std::string_view body, const Limits& limits, bool with_list) {
  const JsonValue json = json_of(body);
  const JsonValue::Members& members = members_of(json, "the body");
  NewUser user;
  user.list.top = std::min(user.list.top, limits.most_top);
  if (with_list) {
    allow_only(members, {"ratings", "top", "rank_by", "explain"});
    if (const JsonValue* const top = find(members, "top")) {
      user.list.top = top_of(top->whole_number(), limits, kUnprocessable);
    }
    if (const JsonValue* const by = find(members, "rank_by")) {
      user.list.rank_by = rank_by_of(by->string(), by->number(), kUnprocessable);
    }
    if (const JsonValue* const explain = find(members, "explain")) {
      if (explain->boolean() == nullptr) {
        throw HttpError(kUnprocessable, "explain must be true or false");
      }
      user.explain = *explain->boolean();
    }
  } else {
    allow_only(members, {"ratings"});
  }
  user.ratings = ratings_of(members, limits);
  return user;
}

std::string reload_path(std::string_view body) {
  if (body.empty()) return "";
  const JsonValue json = json_of(body);
  const JsonValue::Members& members = members_of(json, "the body");
  allow_only(members, {"path"});
  const JsonValue* const path = find(members, "path");
  if (path == nullptr) return "";
  if (path->string() == nullptr || path->string()->empty()) {
    throw HttpError(kUnprocessable, "path must be the name of a file");
  }
  return *path->string();
}

}  // namespace mfpar::apps
