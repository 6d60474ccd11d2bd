// SPDX-License-Identifier: MIT
#include "mf-recommend/request.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "common/json_ratings.hpp"
#include "common/options.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

const std::vector<std::string> kKeys{
    "id",         "ratings", "top",          "rank_by", "explain",   "least_ratings",
    "keep_rated", "user",    "least_rating", "at_most", "diversity", "where",
    "only",       "exclude", "offset",       "titles",  "fields"};

[[noreturn]] void refuse(const std::string& message) { throw Error(ErrorCode::kBadData, message); }

bool flag_of(const Json& json, const std::string& key) {
  if (!json.is_boolean()) refuse('"' + key + "\" is " + kind_of(json) + "; expected true or false");
  return json.get<bool>();
}

std::uint32_t count_of(const Json& json, const std::string& key, std::uint64_t most) {
  if (!json.is_number_unsigned() || json.get<std::uint64_t>() > most) {
    refuse('"' + key + "\" must be a whole number from 0 to " + std::to_string(most));
  }
  return json.get<std::uint32_t>();
}

float number_of(const Json& json, const std::string& key) {
  if (!json.is_number()) refuse('"' + key + "\" is " + kind_of(json) + "; expected a number");
  return json.get<float>();
}

/// "3:genres", or several of these.
std::vector<GroupLimit> limits_of(const Json& json, const Catalogue& catalogue) {
  std::vector<GroupLimit> limits;
  for (const Json& limit : json.is_array() ? json : Json::array({json})) {
    if (!limit.is_string()) {
      refuse(std::string("\"at_most\" has ") + kind_of(limit) +
             "; expected \"N:COLUMN\", such as \"3:genres\", or a list of these");
    }
    std::ranges::copy(
        catalogue.group_limits().parse(limit.get_ref<const std::string&>(), "\"at_most\""),
        std::back_inserter(limits));
  }
  return limits;
}

[[noreturn]] void refuse_key(const std::string& key) {
  std::string list;
  for (const std::string& known : kKeys) list += (list.empty() ? "" : ", ") + known;
  const std::string meant = nearest(key, kKeys);
  refuse("unknown key " + mfpar::quoted(key) + "; expected " + list +
         (meant.empty() ? "" : "; did you mean " + meant + "?"));
}

}  // namespace

Request parse_request(std::string_view line, const ListRequest& defaults,
                      const Catalogue& catalogue) {
  const Json json = parse_json(line);
  if (!json.is_object()) {
    refuse(std::string("the request is ") + kind_of(json) +
           "; expected an object, {\"id\": ..., \"ratings\": {...}}");
  }
  Request request;
  request.list = defaults;
  std::string id;
  std::vector<ItemRating> ratings;
  std::vector<std::string> keys;
  for (const auto& [name, value] : json.items()) {
    const std::string key = with_underscores(name);
    if (std::ranges::find(keys, key) != keys.end() && key != "id" && key != "user") {
      refuse('"' + key + "\" is given twice; give it once");
    }
    keys.push_back(key);
    if (key == "id" || key == "user") {
      if (request.has_id)
        refuse("the id is given twice; expected one of \"id\" and \"user\", once");
      id = required_id(value, key.c_str());
      request.has_id = true;
    } else if (key == "ratings") {
      ratings = ratings_of(value);
      request.has_ratings = true;
    } else if (key == "top") {
      request.list.top = count_of(value, key, kMaxItems);
    } else if (key == "least_ratings") {
      request.list.least_ratings = count_of(value, key, std::numeric_limits<std::uint32_t>::max());
    } else if (key == "rank_by") {
      const auto rank_by = rank_by_of(value);
      if (!rank_by) refuse(std::string("\"rank_by\" must be ") + kRankByForms);
      request.list.rank_by = *rank_by;
    } else if (key == "least_rating") {
      request.list.least_rating = number_of(value, key);
    } else if (key == "at_most") {
      request.list.at_most = limits_of(value, catalogue);
    } else if (key == "diversity") {
      request.list.diversity = number_of(value, key);
      if (!(request.list.diversity >= 0.0f && request.list.diversity <= 1.0f)) {
        refuse("\"diversity\" must be a number from 0 to 1");
      }
    } else if (key == "where") {
      request.list.choice.where = texts_of(value, key);
      if (catalogue.titles().columns().empty()) {
        refuse(std::string("\"where\"") + kNeedsTitles);
      }
    } else if (key == "only") {
      request.list.choice.only = ids_of(value, key);
    } else if (key == "exclude") {
      request.list.choice.exclude = ids_of(value, key);
    } else if (key == "offset") {
      request.list.offset = count_of(value, key, kMaxItems);
    } else if (key == "titles") {
      request.list.fields.titles = flag_of(value, key);
    } else if (key == "fields") {
      request.list.fields.names = item_fields(texts_of(value, key));
    } else if (key == "keep_rated") {
      request.list.leave_out_rated = !flag_of(value, key);
    } else if (key == "explain") {
      request.list.explain = flag_of(value, key);
    } else {
      refuse_key(name);
    }
  }
  if (!request.has_id && !request.has_ratings) {
    refuse(
        "neither \"id\" nor \"ratings\" is given; expected the ratings of a new user, or the id of "
        "a trained one");
  }
  request.user = new_user(catalogue.model(), id, ratings);
  return request;
}

}  // namespace mfpar::apps
