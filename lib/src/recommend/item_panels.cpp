// SPDX-License-Identifier: MIT
//
// q: an item's factors; b: its bias.
#include "recommend/item_panels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/partition.hpp"

namespace mfpar {

namespace {

/// Rounded up: a bound may be too high, never too low.
float norm_of(std::span<const float> row) {
  constexpr std::size_t kSums = 4;  // side by side, since a sum waits for the one before
  double squares[kSums] = {};
  for (std::size_t k = 0; k < row.size(); ++k) {
    squares[k % kSums] += static_cast<double>(row[k]) * row[k];
  }
  return std::nextafter(
      static_cast<float>(std::sqrt(std::accumulate(squares, squares + kSums, 0.0))),
      std::numeric_limits<float>::infinity());
}

ScoreBound join(const ScoreBound& a, const ScoreBound& b) {
  return {.norm = std::max(a.norm, b.norm),
          .lowest_bias = std::min(a.lowest_bias, b.lowest_bias),
          .highest_bias = std::max(a.highest_bias, b.highest_bias)};
}

}  // namespace

ItemPanels::ItemPanels(const FactorModel& model) : rank_(model.rank()) {
  std::vector<float> norms(model.item_count());
  for (ItemIndex item = 0; item < norms.size(); ++item) norms[item] = norm_of(model.item_row(item));
  order_items(norms, model.parts().items.biases.span());
  fill(model, norms);
}

// By falling norm, cut into runs of about as many panels as there are runs; within a run by falling bias.
// A panel is then narrow in both.
void ItemPanels::order_items(std::span<const float> norms, std::span<const float> biases) {
  struct Keyed {
    float key;
    ItemIndex item;
  };
  const auto falling = [](const Keyed& a, const Keyed& b) {
    return a.key != b.key ? a.key > b.key : a.item < b.item;
  };
  std::vector<Keyed> order(norms.size());
  for (ItemIndex item = 0; item < order.size(); ++item) order[item] = {norms[item], item};
  std::sort(order.begin(), order.end(), falling);
  const auto panels = static_cast<double>(order.size()) / kPanelItems;
  const auto runs = static_cast<std::size_t>(std::ceil(std::sqrt(panels)));
  for (std::size_t number = 0; number < runs; ++number) {
    const Range range = even_range(order.size(), runs, number);
    const auto run = std::span(order).subspan(range.begin, range.size());
    for (Keyed& keyed : run) keyed.key = biases[keyed.item];
    std::sort(run.begin(), run.end(), falling);
  }
  items_.resize(order.size());
  positions_.resize(order.size());
  for (std::size_t at = 0; at < order.size(); ++at) {
    items_[at] = order[at].item;
    positions_[order[at].item] = static_cast<std::uint32_t>(at);
  }
}

void ItemPanels::fill(const FactorModel& model, std::span<const float> norms) {
  const std::size_t panels = (items_.size() + kPanelItems - 1) / kPanelItems;
  panels_ = AlignedBuffer<float>(panels * rank_ * kPanelItems);
  biases_ = AlignedBuffer<float>(panels * kPanelItems);
  inverse_norms_ = AlignedBuffer<float>(panels * kPanelItems);
  all_.resize(panels);
  directed_.resize(panels);
  bounds_.resize(panels);
  group_bounds_.resize((panels + kGroupPanels - 1) / kGroupPanels);
  for (std::size_t at = 0; at < items_.size(); ++at) {
    const ItemIndex item = items_[at];
    const std::size_t panel = at / kPanelItems, lane = at % kPanelItems;
    const auto row = model.item_row(item);
    float* const to = panels_.data() + panel * rank_ * kPanelItems + lane;
    for (std::size_t k = 0; k < rank_; ++k) to[k * kPanelItems] = row[k];
    const float bias = model.parts().items.biases[item];
    biases_[at] = bias;
    all_[panel] |= static_cast<std::uint16_t>(1u << lane);
    if (std::ranges::any_of(row, [](float x) { return x != 0.0f; })) {
      inverse_norms_[at] = 1.0f / norms[item];
      directed_[panel] |= static_cast<std::uint16_t>(1u << lane);
    }

    const ScoreBound bound{.norm = norms[item], .lowest_bias = bias, .highest_bias = bias};
    bounds_[panel] = lane == 0 ? bound : join(bounds_[panel], bound);
  }
  for (std::size_t panel = 0; panel < panels; ++panel) {
    ScoreBound& group = group_bounds_[panel / kGroupPanels];
    group = panel % kGroupPanels == 0 ? bounds_[panel] : join(group, bounds_[panel]);
  }
}

ScorePass ItemPanels::pass(float bias_weight) const noexcept {
  return {.panels = panels_.data(),
          .biases = biases_.data(),
          .rank = rank_,
          .bias_weight = bias_weight};
}

// A sum of n products is within n epsilon / (1 - n epsilon) of the sum of their absolute values, which
// Cauchy and Schwarz bound as well. Twice that, and some for the bound's own arithmetic.
BoundOf::BoundOf(std::span<const float> taste, float bias_weight)
    : norm_(norm_of(taste)),
      weight_(bias_weight),
      slack_(2.0f * static_cast<float>(taste.size() + 8) * std::numeric_limits<float>::epsilon()) {}

}  // namespace mfpar
