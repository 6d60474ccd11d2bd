// SPDX-License-Identifier: MIT
#include "loss/losses.hpp"

#include <charconv>
#include <cmath>

#include "mfpar/decimal.hpp"

namespace mfpar {

namespace {

constexpr auto kInfos = []<std::size_t... kAt>(std::index_sequence<kAt...>) {
  static_assert(((std::tuple_element_t<kAt, LossPolicies>::kInfo.loss == Loss{kAt}) && ...));
  return std::array{std::tuple_element_t<kAt, LossPolicies>::kInfo...};
}
(std::make_index_sequence<kLossCount>());

}  // namespace

std::span<const LossInfo> losses() noexcept { return kInfos; }

const LossInfo& describe_loss(Loss loss) noexcept { return kInfos[static_cast<std::size_t>(loss)]; }

std::optional<LossChoice> find_loss(std::string_view name) noexcept {
  const std::string_view huber = HuberLoss::kInfo.name;
  if (name.starts_with(huber) && name.substr(huber.size()).starts_with(':')) {
    LossChoice choice(Loss::kHuber);
    const std::string_view delta = name.substr(huber.size() + 1);
    const char* const end = delta.data() + delta.size();
    const auto [stop, error] = std::from_chars(delta.data(), end, choice.delta);
    if (error != std::errc() || stop != end || !is_delta(double{choice.delta})) return std::nullopt;
    return choice;
  }
  for (const LossInfo& info : kInfos) {
    if (info.name == name) return info.loss;
  }
  return std::nullopt;
}

std::string name_of_loss(LossChoice choice) {
  std::string name(describe_loss(choice.loss).name);
  if (choice.loss == Loss::kHuber && choice.delta != 1.0f) {
    name += ':' + shortest_decimal(choice.delta);
  }
  return name;
}

float predict_from_score(Loss loss, float score, RatingRange range) noexcept {
  return with_loss(loss, [&]<class Policy>() { return Policy::predict(score, range); });
}

double loss_of_rating(LossChoice choice, float rating, float score, RatingRange range) noexcept {
  return with_loss(choice.loss, [&]<class Policy>() {
    return prediction_error(policy_of<Policy>(choice.delta), Policy::score_target(range)(rating),
                            score, range);
  });
}

}  // namespace mfpar
