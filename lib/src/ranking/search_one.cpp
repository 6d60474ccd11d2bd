// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <limits>

#include "ranking/item_search.hpp"

namespace mfpar {

namespace {

/// Scores chosen tiles a few at a time and offers what reaches the list.
class TileScan {
 public:
  TileScan(const SearchSpace& space, const SearchTask& task)
      : space_(space), task_(task), pass_(space.items.pass(space.bias_weight)) {}
  ~TileScan() = default;
  TileScan(const TileScan&) = delete;
  TileScan& operator=(const TileScan&) = delete;

  void add(std::uint32_t tile) {
    chosen_[size_++] = tile;
    if (size_ == kTogether) flush();
  }

  void flush() {
    space_.kernels.score_chosen(pass_, task_.factors.data(), chosen_.data(), size_, scores_.data());
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
  std::size_t size_ = 0;
  std::array<std::uint32_t, kTogether> chosen_;
  std::array<std::uint16_t, kTogether> masks_;
  alignas(kRowAlignment) std::array<float, kTogether * kTileItems> scores_;
  std::array<std::uint32_t, kTogether * kTileItems> found_;
};

}  // namespace

void search_one(const SearchSpace& space, const SearchTask& task) {
  struct Tile {
    float bound;
    std::uint32_t number;
  };
  const BoundOf bound_of(task.factors, space.bias_weight);
  const auto bounds = space.items.bounds();
  std::vector<Tile> tiles;
  tiles.reserve(bounds.size());
  for (std::uint32_t tile = 0; tile < bounds.size(); ++tile) {
    if (task.masks[tile] != 0) tiles.push_back({bound_of(bounds[tile]), tile});
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
