// SPDX-License-Identifier: MIT
#include "common/json_ratings.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/text.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

[[noreturn]] void refuse(const std::string& message) { throw Error(ErrorCode::kBadData, message); }

/// Reads ratings whose ids are of `other`.
class RatingsReader {
 public:
  explicit RatingsReader(const char* other) : other_(other) {
    for (const char c : other_) upper_ += static_cast<char>(c - 'a' + 'A');
  }

  std::vector<ItemRating> read(const Json& json) const {
    std::vector<ItemRating> ratings;
    if (json.is_object()) {
      for (const auto& [id, rating] : json.items()) ratings.push_back(rating_of(id, rating));
    } else if (json.is_array()) {
      for (const Json& entry : json) ratings.push_back(rating_of(entry));
    } else {
      refuse(std::string("\"ratings\" is ") + kind_of(json) + "; expected {" + upper_ +
             ": RATING, ...} or [[" + upper_ + ", RATING], ...]");
    }
    return ratings;
  }

 private:
  ItemRating rating_of(const std::string& id, const Json& rating) const {
    if (!rating.is_number()) {
      refuse("the rating of " + other_ + ' ' + mfpar::quoted(id) + " is " + kind_of(rating) +
             "; expected a number");
    }
    const auto value = rating.get<double>();
    if (std::abs(value) > std::numeric_limits<float>::max()) {
      refuse("the rating of " + other_ + ' ' + mfpar::quoted(id) +
             " is out of the range of single precision");
    }
    return {id, static_cast<float>(value)};
  }

  /// [ID, RATING] or {"item": ID, "rating": RATING}.
  ItemRating rating_of(const Json& entry) const {
    const std::string pair = "[" + upper_ + ", RATING]";
    const std::string object = "{\"" + other_ + "\": " + upper_ + ", \"rating\": RATING}";
    if (entry.is_array()) {
      if (entry.size() != 2) {
        refuse("a list of " + std::to_string(entry.size()) + " is in \"ratings\"; expected " +
               pair);
      }
      return rating_of(required_id(entry[0], other_.c_str()), entry[1]);
    }
    if (!entry.is_object()) {
      refuse(std::string(kind_of(entry)) + " is in \"ratings\"; expected " + pair + " or " +
             object);
    }
    const Json* id = nullptr;
    const Json* rating = nullptr;
    for (const auto& [key, value] : entry.items()) {
      if (key == other_ || key == "id") id = &value;
      if (key == "rating") rating = &value;
    }
    if (id == nullptr || rating == nullptr) {
      refuse("a rating lacks \"" + (id == nullptr ? other_ : "rating") + "\"; expected " + object);
    }
    return rating_of(required_id(*id, other_.c_str()), *rating);
  }

  const std::string other_;
  std::string upper_;
};

}  // namespace

std::string with_underscores(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

std::string required_id(const Json& json, const char* key) {
  const auto id = id_of(json);
  if (!id || id->empty()) {
    refuse(std::string("\"") + key + "\" is " + (id ? "empty" : kind_of(json)) +
           "; expected an id, a string or a whole number");
  }
  return *id;
}

std::vector<ItemRating> ratings_of(const Json& json, const char* other) {
  return RatingsReader(other).read(json);
}

std::optional<RankBy> rank_by_of(const Json& json) {
  if (json.is_string()) return parse_rank_by(json.get_ref<const std::string&>());
  return json.is_number() ? parse_rank_by(json.dump()) : std::nullopt;
}

std::optional<SimilarBy> parse_similar_by(std::string_view text) {
  if (text == "raters") return SimilarBy::kRaters;
  if (text == "factors") return SimilarBy::kFactors;
  return std::nullopt;
}

const char* name_of(SimilarBy by) { return by == SimilarBy::kRaters ? "raters" : "factors"; }

std::string short_list_warning(std::size_t listed, const ListLimits& limits,
                               const std::string& least_ratings, const std::string& least_rating,
                               const std::string& at_most) {
  std::string text = "only " + counted(listed, "item") + " left to list";
  if (limits.least_ratings > 0) {
    text += "; only items with at least " + std::to_string(limits.least_ratings) +
            " training ratings count (" + least_ratings + ')';
  }
  if (limits.least_rating) {
    text += "; only items predicted at least " + shortest_decimal(*limits.least_rating) +
            " count (" + least_rating + ')';
  }
  return text + (limits.limits_groups ? "; groups may be full (" + at_most + ')' : "");
}

}  // namespace mfpar::apps
