// SPDX-License-Identifier: MIT
#include "mf-recommend/request.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "common/json_reader.hpp"
#include "common/options.hpp"
#include "mf-recommend/recommend_command.hpp"
#include "mfpar/error.hpp"
#include "text/line_fault.hpp"

namespace mfpar::apps {

namespace {

constexpr std::uint64_t kMostItems = 1'000'000;

const std::vector<std::string> kKeys{"id", "ratings", "top", "rank_by", "keep_rated", "explain"};

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorCode::kBadData, message); }

std::string id_of(const JsonValue& value, const char* key) {
  const auto id = value.id();
  if (!id || id->empty()) {
    fail(std::string("\"") + key + "\" is " + (id ? "empty" : value.kind()) +
         "; expected an id, a string or a whole number");
  }
  return *id;
}

void rate(const FactorModel& model, const std::string& item, const JsonValue& value,
          NewUser& user) {
  const auto number = value.number();
  if (!number) {
    fail("the rating of item " + quoted(item) + " is " + value.kind() + "; expected a number");
  }
  if (std::abs(*number) > std::numeric_limits<float>::max()) {
    fail("the rating of item " + quoted(item) + " is out of the range of single precision");
  }
  user.rate(model, item, static_cast<float>(*number));
}

/// [ID, RATING] or {"item": ID, "rating": RATING}.
void rate(const FactorModel& model, const JsonValue& entry, NewUser& user) {
  if (const auto* pair = entry.array()) {
    if (pair->size() != 2) {
      fail("a list of " + std::to_string(pair->size()) +
           " is in \"ratings\"; expected [ITEM, RATING]");
    }
    return rate(model, id_of((*pair)[0], "item"), (*pair)[1], user);
  }
  const auto* members = entry.members();
  if (members == nullptr) {
    fail(std::string(entry.kind()) +
         " is in \"ratings\"; expected [ITEM, RATING] or {\"item\": ITEM, \"rating\": RATING}");
  }
  const JsonValue* item = nullptr;
  const JsonValue* rating = nullptr;
  for (const auto& [key, value] : *members) {
    if (key == "item") item = &value;
    if (key == "rating") rating = &value;
  }
  if (item == nullptr || rating == nullptr) {
    fail(std::string("a rating lacks \"") + (item == nullptr ? "item" : "rating") +
         "\"; expected {\"item\": ITEM, \"rating\": RATING}");
  }
  rate(model, id_of(*item, "item"), *rating, user);
}

void take_ratings(const FactorModel& model, const JsonValue& value, NewUser& user) {
  if (const auto* members = value.members()) {
    for (const auto& [item, rating] : *members) rate(model, item, rating, user);
  } else if (const auto* entries = value.array()) {
    for (const JsonValue& entry : *entries) rate(model, entry, user);
  } else {
    fail(std::string("\"ratings\" is ") + value.kind() +
         "; expected {ITEM: RATING, ...} or [[ITEM, RATING], ...]");
  }
  user.finish();
}

bool flag_of(const JsonValue& value, const std::string& key) {
  if (value.boolean() == nullptr) {
    fail('"' + key + "\" is " + value.kind() + "; expected true or false");
  }
  return *value.boolean();
}

}  // namespace

Request parse_request(std::string_view line, const ListRequest& defaults,
                      const FactorModel& model) {
  const JsonValue json = parse_json(line);
  const auto* members = json.members();
  if (members == nullptr) {
    fail(std::string("the request is ") + json.kind() +
         "; expected an object, {\"id\": ..., \"ratings\": {...}}");
  }
  Request request;
  request.list = defaults;
  for (const auto& [key, value] : *members) {
    if (key == "id") {
      request.user.id = id_of(value, "id");
      request.has_id = true;
    } else if (key == "ratings") {
      if (request.has_ratings) fail("\"ratings\" is there twice");
      take_ratings(model, value, request.user);
      request.has_ratings = true;
    } else if (key == "top") {
      const auto top = value.whole_number();
      if (!top || *top > kMostItems) {
        fail("\"top\" must be a whole number from 0 to " + std::to_string(kMostItems));
      }
      request.list.top = static_cast<std::uint32_t>(*top);
    } else if (key == "rank_by") {
      const auto rank_by = parse_rank_by(value.string() != nullptr ? *value.string() : "");
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
      fail("unknown key " + quoted(key) + "; expected " + list +
           (meant.empty() ? "" : "; did you mean " + meant + "?"));
    }
  }
  if (!request.has_id && !request.has_ratings) {
    fail(
        "neither \"id\" nor \"ratings\" is there; expected the ratings of a new user, or the id of "
        "a "
        "trained one");
  }
  return request;
}

}  // namespace mfpar::apps
