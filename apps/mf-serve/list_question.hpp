// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/item_choice.hpp"
#include "common/item_fields.hpp"
#include "common/json.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::apps {

/// How much one request may ask for.
struct Limits {
  std::uint32_t max_top = 1000;
  std::uint32_t max_ratings = 10000;
  std::uint32_t max_users = 1000;  ///< of a batch

  /// Of all lists of a batch.
  std::uint64_t max_batch_items() const noexcept { return std::uint64_t{100} * max_top; }
};

/// What a list is to be like.
struct ListQuestion {
  std::uint32_t top = 20;
  std::uint32_t offset = 0;                      ///< how many of the best are passed over
  std::optional<RankBy> rank_by{};               ///< usual_rank_by() unless given
  std::optional<std::uint32_t> least_ratings{};  ///< usual_least_ratings() unless given
  bool keep_rated = false;
  std::optional<float> least_rating{};  ///< none unless given
  float diversity = 0.0f;
  std::vector<std::string> at_most{};     ///< "3:genres", of the file of titles
  std::optional<SimilarBy> similar_by{};  ///< of similar items: the usual one unless given
  bool explain = false;  ///< whether each item is to come with where its score comes from
  ItemChoice choice{};
  ItemFields fields{};

  bool operator==(const ListQuestion&) const = default;
};

/// The value of one key: of a query, where it may be given several times, or of a body.
class RequestValue {
 public:
  explicit RequestValue(const Json& json) : json_(&json) {}
  /// REQUIRES: at least one.
  explicit RequestValue(const std::vector<std::string>& texts) : texts_(&texts) {}

  std::optional<std::uint64_t> whole_number() const;
  std::optional<double> number() const;
  /// In a query a name with nothing behind it, as on a command line, is set.
  std::optional<bool> flag() const;
  std::optional<RankBy> rank_by() const;
  std::optional<SimilarBy> similar_by() const;
  /// Throw Error(kBadData) for what are no texts and no ids.
  std::vector<std::string> texts(const char* key) const;
  std::vector<std::string> ids(const char* key) const;

 private:
  const Json* json_ = nullptr;
  const std::vector<std::string>* texts_ = nullptr;
};

/// Where a key stands in a request; nothing where it does not.
using FindValue = std::function<std::optional<RequestValue>(std::string_view key)>;

/// What of a list a request says. Throws HttpError of `status`.
ListQuestion list_question(const FindValue& find, const Limits& limits, unsigned status);

}  // namespace mfpar::apps
