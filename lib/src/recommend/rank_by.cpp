// SPDX-License-Identifier: MIT
#include <charconv>
#include <cmath>

#include "mfpar/recommender.hpp"

namespace mfpar {

std::optional<RankBy> parse_rank_by(std::string_view text) {
  constexpr std::string_view kBlend = "blend:";
  if (text == "rating") return RankBy::rating();
  if (text == "interaction") return RankBy::interaction();
  if (text.starts_with(kBlend)) text.remove_prefix(kBlend.size());
  constexpr double kMost = 1e6;  // beyond, nothing but the biases is left
  double weight = 0.0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, weight);
  if (error != std::errc() || stop != end || !(std::abs(weight) <= kMost)) return std::nullopt;
  return RankBy::blend(static_cast<float>(weight));
}

std::uint32_t usual_least_ratings(const FactorModel& model, RankBy rank_by) {
  constexpr std::uint32_t kEnough = 10;  // README.md has figures
  const bool goes_by_interaction = rank_by.bias_weight < 1.0f || !model.has_biases();
  const bool knows_ratings = !model.parts().trained.items.empty();
  return goes_by_interaction && knows_ratings ? kEnough : 0;
}

}  // namespace mfpar
