// SPDX-License-Identifier: MIT
//
// q: an item's factors; b: its bias.
#include "ranking/item_tiles.hpp"

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

std::vector<float> norms_of(const ItemVectors& items) {
  std::vector<float> norms(items.count());
  for (ItemIndex item = 0; item < norms.size(); ++item) norms[item] = norm_of(items.row(item));
  return norms;
}

ScoreBound join(const ScoreBound& a, const ScoreBound& b) {
  return {.norm = std::max(a.norm, b.norm),
          .lowest_bias = std::min(a.lowest_bias, b.lowest_bias),
          .highest_bias = std::max(a.highest_bias, b.highest_bias)};
}

}  // namespace

ItemVectors ItemVectors::of(const FactorModel& model) noexcept {
  const FactorModel::Side& side = model.parts().items;
  return {.factors = side.factors.data(),
          .stride = model.stride(),
          .rank = model.rank(),
          .biases = side.biases.span()};
}

ItemTiles::ItemTiles(const ItemVectors& items) : rank_(items.rank) {
  const std::vector<float> norms = norms_of(items);
  order_items(norms, items.biases);
  fill(items, norms);
}

ItemTiles::ItemTiles(const ItemVectors& items, const ItemTiles& other)
    : rank_(items.rank), items_(other.items_), positions_(other.positions_) {
  fill(items, norms_of(items));
}

// By falling norm, in bins of about as many tiles as there are bins; within a bin by falling bias.
// A tile is then narrow in both.
void ItemTiles::order_items(std::span<const float> norms, std::span<const float> biases) {
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
  const auto tiles = static_cast<double>(order.size()) / kTileItems;
  const auto bins = static_cast<std::size_t>(std::ceil(std::sqrt(tiles)));
  for (std::size_t number = 0; number < bins; ++number) {
    const Range range = even_range(order.size(), bins, number);
    const auto bin = std::span(order).subspan(range.begin, range.size());
    for (Keyed& keyed : bin) keyed.key = biases[keyed.item];
    std::sort(bin.begin(), bin.end(), falling);
  }
  items_.resize(order.size());
  positions_.resize(order.size());
  for (std::size_t at = 0; at < order.size(); ++at) {
    items_[at] = order[at].item;
    positions_[order[at].item] = static_cast<std::uint32_t>(at);
  }
}

void ItemTiles::fill(const ItemVectors& items, std::span<const float> norms) {
  const std::size_t tiles = (items_.size() + kTileItems - 1) / kTileItems;
  tiles_ = AlignedBuffer<float>(tiles * rank_ * kTileItems);
  biases_ = AlignedBuffer<float>(tiles * kTileItems);
  inverse_norms_ = AlignedBuffer<float>(tiles * kTileItems);
  all_.resize(tiles);
  directed_.resize(tiles);
  bounds_.resize(tiles);
  group_bounds_.resize((tiles + kGroupTiles - 1) / kGroupTiles);
  for (std::size_t at = 0; at < items_.size(); ++at) {
    const ItemIndex item = items_[at];
    const std::size_t tile = at / kTileItems, lane = at % kTileItems;
    const auto row = items.row(item);
    float* const to = tiles_.data() + tile * rank_ * kTileItems + lane;
    for (std::size_t k = 0; k < rank_; ++k) to[k * kTileItems] = row[k];
    const float bias = items.biases[item];
    biases_[at] = bias;
    all_[tile] |= static_cast<std::uint16_t>(1u << lane);
    if (std::ranges::any_of(row, [](float x) { return x != 0.0f; })) {
      inverse_norms_[at] = 1.0f / norms[item];
      directed_[tile] |= static_cast<std::uint16_t>(1u << lane);
    }

    const ScoreBound bound{.norm = norms[item], .lowest_bias = bias, .highest_bias = bias};
    bounds_[tile] = lane == 0 ? bound : join(bounds_[tile], bound);
  }
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    ScoreBound& group = group_bounds_[tile / kGroupTiles];
    group = tile % kGroupTiles == 0 ? bounds_[tile] : join(group, bounds_[tile]);
  }
}

ScorePass ItemTiles::pass(float bias_weight) const noexcept {
  return {
      .tiles = tiles_.data(), .biases = biases_.data(), .rank = rank_, .bias_weight = bias_weight};
}

// A sum of n products is within n epsilon / (1 - n epsilon) of the sum of their absolute values,
// which Cauchy and Schwarz bound as well. Twice that, and some for the bound's own arithmetic.
BoundOf::BoundOf(std::span<const float> query, float bias_weight)
    : norm_(norm_of(query)),
      weight_(bias_weight),
      slack_(2.0f * static_cast<float>(query.size() + 8) * std::numeric_limits<float>::epsilon()) {}

}  // namespace mfpar
