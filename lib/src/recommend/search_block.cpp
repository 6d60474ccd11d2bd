// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "base/aligned_buffer.hpp"
#include "recommend/item_search.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kGroup = ItemPanels::kGroupPanels;

/// Up to kTileTastes searches side by side.
class Tile {
 public:
  Tile(const SearchSpace& space, std::span<const SearchTask> tasks)
      : space_(space),
        tasks_(tasks),
        pass_(space.items.pass(space.bias_weight)),
        factors_(space.items.rank() * kTileTastes) {
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      bounds_.emplace_back(tasks[t].factors, space.bias_weight);
      for (std::size_t k = 0; k < space.items.rank(); ++k) {
        factors_[k * kTileTastes + t] = tasks[t].factors[k];
      }
    }
  }

  /// Searches a group of panels; `scores` has room for a tile's.
  void search(std::size_t group, std::span<float> scores) const {
    std::array<bool, kTileTastes> reaches{};
    const ScoreBound& bound = space_.items.group_bounds()[group];
    for (std::size_t t = 0; t < tasks_.size(); ++t) {
      // A bound that overflowed to no number passes nothing over.
      reaches[t] = !(bounds_[t](bound) < tasks_[t].list->threshold());
    }
    if (std::ranges::none_of(reaches, [](bool r) { return r; })) return;
    const std::size_t first = group * kGroup;
    const std::size_t count = std::min(kGroup, space_.items.count() - first);
    space_.kernels.score_tile(pass_, factors_.data(), first, count, scores.data());
    for (std::size_t t = 0; t < tasks_.size(); ++t) {
      if (reaches[t])
        offer(tasks_[t], first, scores.subspan(t * count * kPanelItems, count * kPanelItems));
    }
  }

 private:
  /// A few panels at a time, since the threshold rises on the way.
  void offer(const SearchTask& task, std::size_t first, std::span<const float> scores) const {
    constexpr std::size_t kTogether = 4;
    std::array<std::uint32_t, kTogether * kPanelItems> found;
    const std::size_t count = scores.size() / kPanelItems;
    for (std::size_t panel = 0; panel < count; panel += kTogether) {
      const float* const here = scores.data() + panel * kPanelItems;
      const std::size_t reaching = space_.kernels.find_reaching(
          here, std::min(kTogether, count - panel), task.masks.data() + first + panel,
          task.list->threshold(), found.data());
      for (std::size_t i = 0; i < reaching; ++i) {
        task.list->offer(here[found[i]],
                         space_.items.item_at((first + panel) * kPanelItems + found[i]));
      }
    }
  }

  const SearchSpace& space_;
  const std::span<const SearchTask> tasks_;
  const ScorePass pass_;
  AlignedBuffer<float> factors_;
  std::vector<BoundOf> bounds_;
};

}  // namespace

void search_block(const SearchSpace& space, std::span<const SearchTask> tasks) {
  std::vector<Tile> tiles;
  for (std::size_t at = 0; at < tasks.size(); at += kTileTastes) {
    tiles.emplace_back(space, tasks.subspan(at, std::min(kTileTastes, tasks.size() - at)));
  }
  AlignedBuffer<float> scores(kTileTastes * kGroup * kPanelItems);
  constexpr std::size_t kCachedFloats = (std::size_t{256} << 10) / sizeof(float);
  const std::size_t group_floats =
      kGroup * kPanelItems * std::max<std::size_t>(space.items.rank(), 1);
  const std::size_t together = std::max<std::size_t>(1, kCachedFloats / group_floats);
  const std::size_t groups = space.items.group_bounds().size();
  for (std::size_t begin = 0; begin < groups; begin += together) {
    for (const Tile& tile : tiles) {
      for (std::size_t group = begin; group < std::min(groups, begin + together); ++group) {
        tile.search(group, scores.span());
      }
    }
  }
}

}  // namespace mfpar
