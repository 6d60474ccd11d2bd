// SPDX-License-Identifier: MIT
#include <charconv>
#include <cmath>

#include "mfpar/decimal.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar {

namespace {

std::optional<float> weight_of(std::string_view text) {
  constexpr double kMost = 1e6;  // beyond, nothing but what is weighted is left
  double weight = 0.0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, weight);
  if (error != std::errc() || stop != end || !(std::abs(weight) <= kMost)) return std::nullopt;
  return static_cast<float>(weight);
}

/// Orders that a weight follows, and what they mean.
struct WeightedOrder {
  std::string_view prefix;
  RankBy (*of)(float weight);
};
constexpr WeightedOrder kWeighted[] = {
    {"blend:", RankBy::blend},
    {"one-class:", RankBy::one_class},
    {"lower:", RankBy::lower},
    {"upper:", RankBy::upper},
};

constexpr std::uint32_t kEnoughForFactors = 10;  // apps/RECOMMEND.md says why
constexpr std::uint32_t kEnoughRaters = 5;       // bench/README.md has figures

bool knows_ratings(const FactorModel& model) { return !model.parts().trained.items.empty(); }

}  // namespace

std::optional<RankBy> parse_rank_by(std::string_view text) {
  if (text == "rating") return RankBy::rating();
  if (text == "interaction") return RankBy::interaction();
  if (text == "one-class") return RankBy::one_class();
  for (const WeightedOrder& order : kWeighted) {
    if (!text.starts_with(order.prefix)) continue;
    const std::optional<float> weight = weight_of(text.substr(order.prefix.size()));
    return weight ? std::optional(order.of(*weight)) : std::nullopt;
  }
  const std::optional<float> weight = weight_of(text);
  return weight ? std::optional(RankBy::blend(*weight)) : std::nullopt;
}

std::string name_of(RankBy rank_by) {
  if (rank_by == RankBy::rating()) return "rating";
  if (rank_by == RankBy::interaction()) return "interaction";
  if (rank_by == RankBy::one_class()) return "one-class";
  if (rank_by.sd_weight < 0.0f) return "lower:" + shortest_decimal(-rank_by.sd_weight);
  if (rank_by.sd_weight > 0.0f) return "upper:" + shortest_decimal(rank_by.sd_weight);
  return (rank_by.one_class_weight != 0.0f ? "one-class:" : "blend:") +
         shortest_decimal(rank_by.bias_weight);
}

RankBy usual_rank_by(const FactorModel& model) {
  return model.one_class() != nullptr ? RankBy::one_class() : RankBy::rating();
}

std::uint32_t usual_least_ratings(const FactorModel& model, RankBy rank_by) {
  if (rank_by.one_class_weight != 0.0f || model.feedback() == Feedback::kOneClass) return 0;
  const bool goes_by_interaction =
      rank_by.bias_weight < rank_by.interaction_weight || !model.has_biases();
  return goes_by_interaction && knows_ratings(model) ? kEnoughForFactors : 0;
}

std::uint32_t usual_least_ratings(const FactorModel& model, SimilarBy by) {
  if (!knows_ratings(model)) return 0;
  return by == SimilarBy::kRaters ? kEnoughRaters : kEnoughForFactors;
}

}  // namespace mfpar
