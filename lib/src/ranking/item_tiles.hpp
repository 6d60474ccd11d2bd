// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "compute/kernels/score_pass.hpp"
#include "mfpar/factor_model.hpp"

namespace mfpar {

/// The most that a score can be over some items: no query of norm n scores above
/// n norm + bias_weight (highest_bias or, for a negative weight, lowest_bias).
struct ScoreBound {
  float norm = 0.0f;  ///< the largest |q|
  float lowest_bias = 0.0f;
  float highest_bias = 0.0f;
};

/// What items are searched by: a row of factors and a bias each. Looks at memory of others.
struct ItemVectors {
  const float* factors = nullptr;
  std::size_t stride = 0;  ///< floats from one row to the next
  std::size_t rank = 0;
  std::span<const float> biases = {};  ///< one each

  /// Those of a model.
  static ItemVectors of(const FactorModel& model) noexcept;

  std::size_t count() const noexcept { return biases.size(); }
  std::span<const float> row(ItemIndex item) const noexcept {
    return {factors + item * stride, rank};
  }
};

/// All items of a catalogue in the tiles that ranking kernels walk. Items of large factors come
/// first, and among about equal ones those of high bias, so that tiles hold items of like bounds.
/// The lanes of the last tile that have no item hold zeros. Immutable; safe from any number of
/// threads.
class ItemTiles {
 public:
  explicit ItemTiles(const ItemVectors& items);

  /// The same items by other vectors, each at the position that it has in `other`: what is known by
  /// position serves for both.
  ItemTiles(const ItemVectors& items, const ItemTiles& other);

  /// Tiles in a group, for which there is a bound too.
  static constexpr std::size_t kGroupTiles = 16;

  std::size_t count() const noexcept { return bounds_.size(); }
  std::size_t rank() const noexcept { return rank_; }
  ItemIndex item_count() const noexcept { return static_cast<ItemIndex>(items_.size()); }

  /// What a kernel is given.
  ScorePass pass(float bias_weight) const noexcept;

  /// The item at a position, tile * 16 + lane, and back. REQUIRES: a position that has an item.
  ItemIndex item_at(std::size_t position) const noexcept { return items_[position]; }
  std::uint32_t position_of(ItemIndex item) const noexcept { return positions_[item]; }

  /// The lanes of each tile that have an item, a bit each.
  std::span<const std::uint16_t> all() const noexcept { return all_; }

  /// Those among them whose factors are not all zero.
  std::span<const std::uint16_t> directed() const noexcept { return directed_; }

  /// 1/|q| by position; 0 where the factors are all zero, or there is no item.
  std::span<const float> inverse_norms() const noexcept { return inverse_norms_.span(); }

  std::span<const ScoreBound> bounds() const noexcept { return bounds_; }
  std::span<const ScoreBound> group_bounds() const noexcept { return group_bounds_; }

 private:
  void order_items(std::span<const float> norms, std::span<const float> biases);
  void fill(const ItemVectors& items, std::span<const float> norms);

  std::size_t rank_;
  std::vector<ItemIndex> items_;
  std::vector<std::uint32_t> positions_;
  std::vector<std::uint16_t> all_;
  std::vector<std::uint16_t> directed_;
  AlignedBuffer<float> tiles_;
  AlignedBuffer<float> biases_;
  AlignedBuffer<float> inverse_norms_;
  std::vector<ScoreBound> bounds_;
  std::vector<ScoreBound> group_bounds_;
};

/// Bounds of scores for one query. Allows for the rounding of the scores: no score that a kernel
/// computes exceeds it.
class BoundOf {
 public:
  BoundOf(std::span<const float> query, float bias_weight);

  float operator()(const ScoreBound& bound) const noexcept {
    const float bias = weight_ >= 0.0f ? bound.highest_bias : bound.lowest_bias;
    const float product = norm_ * bound.norm;
    const float rest = weight_ * bias;
    return product + rest + slack_ * (product + (rest < 0.0f ? -rest : rest));
  }

 private:
  float norm_;
  float weight_;
  float slack_;
};

}  // namespace mfpar
