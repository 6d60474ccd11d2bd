// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ranking/item_search.hpp"

namespace mfpar {

namespace {

/// Scores chosen tiles a few at a time and offers what reaches the list.
class TileScan {
 public:
  TileScan(const SearchSpace& space, const SearchTask& task)
      : space_(space), task_(task), pass_(space.items.pass(space.bias_weight)) {
    if (space.variances != nullptr) variance_pass_ = space.variances->pass(0.0f);
  }
  ~TileScan() = default;
  TileScan(const TileScan&) = delete;
  TileScan& operator=(const TileScan&) = delete;

  void add(std::uint32_t tile) {
    chosen_[size_++] = tile;
    if (size_ == kTogether) flush();
  }

  void flush() {
    space_.kernels.score_chosen(pass_, task_.factors.data(), chosen_.data(), size_, scores_.data());
    if (space_.variances != nullptr) {
      space_.kernels.score_chosen(variance_pass_, task_.variance.data(), chosen_.data(), size_,
                                  variances_.data());
      space_.kernels.add_deviations(variances_.data(), size_ * kTileItems, task_.noise_variance,
                                    space_.sd_weight, scores_.data());
    }
    for (std::size_t i = 0; i < size_; ++i) masks_[i] = task_.masks[chosen_[i]];
    const std::size_t reaching = space_.kernels.find_reaching(
        scores_.data(), size_, masks_.data(), task_.list->threshold(), found_.data());
    for (std::size_t i = 0; i < reaching; ++i) {
      const std::size_t at = found_[i];
      const std::size_t position = chosen_[at / kTileItems] * kTileItems + at % kTileItems;
      task_.list->offer(scores_[at], space_.items.item_at(position));
    }
    size_ = 0;
  }

 private:
  static constexpr std::size_t kTogether = 8;

  const SearchSpace& space_;
  const SearchTask& task_;
  const ScorePass pass_;
  ScorePass variance_pass_;
  std::size_t size_ = 0;
  std::array<std::uint32_t, kTogether> chosen_;
  std::array<std::uint16_t, kTogether> masks_;
  alignas(kRowAlignment) std::array<float, kTogether * kTileItems> scores_;
  alignas(kRowAlignment) std::array<float, kTogether * kTileItems> variances_;
  std::array<std::uint32_t, kTogether * kTileItems> found_;
};

}  // namespace

SearchBound::SearchBound(const SearchSpace& space, const SearchTask& task)
    : space_(space),
      noise_variance_(task.noise_variance),
      score_(task.factors, space.bias_weight),
      variance_(task.variance, 0.0f) {}

/// Of a negative weight the least that a deviation can be, that of the noise alone.
float SearchBound::deviation(const ScoreBound& bound) const noexcept {
  constexpr float kRounding = 1e-6f;
  const float weight = space_.sd_weight;
  if (weight < 0.0f) return weight * std::sqrt(noise_variance_) * (1.0f - kRounding);
  return weight * std::sqrt(noise_variance_ + variance_(bound)) * (1.0f + kRounding);
}

void search_one(const SearchSpace& space, const SearchTask& task) {
  struct Tile {
    float bound;
    std::uint32_t number;
  };
  const SearchBound bound(space, task);
  const std::size_t count = space.items.count();
  std::vector<Tile> tiles;
  tiles.reserve(count);
  for (std::uint32_t tile = 0; tile < count; ++tile) {
    if (task.masks[tile] != 0) tiles.push_back({bound.of_tile(tile), tile});
  }
  // A bound that overflowed to no number passes nothing over.
  const auto can_reach = [&](const Tile& tile) { return !(tile.bound < task.list->threshold()); };

  TileScan scan(space, task);
  constexpr std::size_t kMinSeeds = 8, kShare = 32;
  const std::size_t seeds = std::min(tiles.size(), std::max(kMinSeeds, tiles.size() / kShare));
  const auto first_other = tiles.begin() + static_cast<std::ptrdiff_t>(seeds);
  std::nth_element(tiles.begin(), first_other, tiles.end(),
                   [](const Tile& a, const Tile& b) { return a.bound > b.bound; });
  for (auto tile = tiles.begin(); tile != first_other; ++tile) scan.add(tile->number);
  scan.flush();
  // The check costs a hundredth of scoring a tile: passing over nothing is a full scan.
  for (auto tile = first_other; tile != tiles.end(); ++tile) {
    if (can_reach(*tile)) scan.add(tile->number);
  }
  scan.flush();
}

}  // namespace mfpar
