// SPDX-License-Identifier: MIT
#include "mf-recommend/request.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "common/json.hpp"
#include "common/options.hpp"
#include "mf-recommend/recommend_command.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

constexpr std::uint64_t kMaxItems = 1'000'000;

const std::vector<std::string> kKeys{"id", "ratings", "top", "rank_by", "keep_rated", "explain"};

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorCode::kBadData, message); }

std::string id_of(const Json& json, const char* key) {
  const auto id = apps::id_of(json);
  if (!id || id->empty()) {
    fail(std::string("\"") + key + "\" is " + (id ? "empty" : kind_of(json)) +
         "; expected an id, a string or a whole number");
  }
  return *id;
}

ItemRating rating_of(const std::string& item, const Json& rating) {
  if (!rating.is_number()) {
    fail("the rating of item " + mfpar::quoted(item) + " is " + kind_of(rating) +
         "; expected a number");
  }
  const auto value = rating.get<double>();
  if (std::abs(value) > std::numeric_limits<float>::max()) {
    fail("the rating of item " + mfpar::quoted(item) + " is out of the range of single precision");
  }
  return {item, static_cast<float>(value)};
}

/// [ID, RATING] or {"item": ID, "rating": RATING}.
ItemRating rating_of(const Json& entry) {
  if (entry.is_array()) {
    if (entry.size() != 2) {
      fail("a list of " + std::to_string(entry.size()) +
           " is in \"ratings\"; expected [ITEM, RATING]");
    }
    return rating_of(id_of(entry[0], "item"), entry[1]);
  }
  if (!entry.is_object()) {
    fail(std::string(kind_of(entry)) +
         " is in \"ratings\"; expected [ITEM, RATING] or {\"item\": ITEM, \"rating\": RATING}");
  }
  const Json* item = nullptr;
  const Json* rating = nullptr;
  for (const auto& [key, value] : entry.items()) {
    if (key == "item") item = &value;
    if (key == "rating") rating = &value;
  }
  if (item == nullptr || rating == nullptr) {
    fail(std::string("a rating lacks \"") + (item == nullptr ? "item" : "rating") +
         "\"; expected {\"item\": ITEM, \"rating\": RATING}");
  }
  return rating_of(id_of(*item, "item"), *rating);
}

std::vector<ItemRating> ratings_of(const Json& json) {
  std::vector<ItemRating> ratings;
  if (json.is_object()) {
    for (const auto& [item, rating] : json.items()) ratings.push_back(rating_of(item, rating));
  } else if (json.is_array()) {
    for (const Json& entry : json) ratings.push_back(rating_of(entry));
  } else {
    fail(std::string("\"ratings\" is ") + kind_of(json) +
         "; expected {ITEM: RATING, ...} or [[ITEM, RATING], ...]");
  }
  return ratings;
}

bool flag_of(const Json& json, const std::string& key) {
  if (!json.is_boolean()) fail('"' + key + "\" is " + kind_of(json) + "; expected true or false");
  return json.get<bool>();
}

}  // namespace

Request parse_request(std::string_view line, const ListRequest& defaults,
                      const FactorModel& model) {
  const Json json = parse_json(line);
  if (!json.is_object()) {
    fail(std::string("the request is ") + kind_of(json) +
         "; expected an object, {\"id\": ..., \"ratings\": {...}}");
  }
  Request request;
  request.list = defaults;
  std::string id;
  std::vector<ItemRating> ratings;
  for (const auto& [key, value] : json.items()) {
    if (key == "id") {
      id = id_of(value, "id");
      request.has_id = true;
    } else if (key == "ratings") {
      if (request.has_ratings) fail("\"ratings\" is given twice");
      ratings = ratings_of(value);
      request.has_ratings = true;
    } else if (key == "top") {
      if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kMaxItems) {
        fail("\"top\" must be a whole number from 0 to " + std::to_string(kMaxItems));
      }
      request.list.top = value.get<std::uint32_t>();
    } else if (key == "rank_by") {
      const auto rank_by = parse_rank_by(value.is_string() ? value.get<std::string>() : "");
      if (!rank_by) fail(std::string("\"rank_by\" must be ") + kRankByForms + ", as a string");
      request.list.rank_by = *rank_by;
    } else if (key == "keep_rated") {
      request.list.leave_out_rated = !flag_of(value, key);
    } else if (key == "explain") {
      request.list.explain = flag_of(value, key);
    } else {
      std::string list;
      for (const std::string& known : kKeys) list += (list.empty() ? "" : ", ") + known;
      const std::string meant = nearest(key, kKeys);
      fail("unknown key " + mfpar::quoted(key) + "; expected " + list +
           (meant.empty() ? "" : "; did you mean " + meant + "?"));
    }
  }
  if (!request.has_id && !request.has_ratings) {
    fail(
        "neither \"id\" nor \"ratings\" is given; expected the ratings of a new user, or the id of "
        "a "
        "trained one");
  }
  request.user = new_user(model, id, ratings);
  return request;
}

}  // namespace mfpar::apps
