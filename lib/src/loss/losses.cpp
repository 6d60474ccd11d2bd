// SPDX-License-Identifier: MIT
#include "loss/losses.hpp"

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

std::optional<Loss> find_loss(std::string_view name) noexcept {
  for (const LossInfo& info : kInfos) {
    if (info.name == name) return info.loss;
  }
  return std::nullopt;
}

float predict_from_score(Loss loss, float score, RatingRange range) noexcept {
  return with_loss(loss, [&]<class Policy>() { return Policy::predict(score, range); });
}

}  // namespace mfpar
