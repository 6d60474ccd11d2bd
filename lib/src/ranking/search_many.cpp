// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "base/aligned_buffer.hpp"
#include "ranking/item_search.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kGroup = ItemTiles::kGroupTiles;

/// Up to kTileQueries searches side by side.
class QueryTile {
 public:
  QueryTile(const SearchSpace& space, std::span<const SearchTask> tasks)
      : space_(space),
        tasks_(tasks),
        pass_(space.items.pass(space.bias_weight)),
        factors_(space.items.rank() * kTileQueries) {
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      bounds_.emplace_back(tasks[t].factors, space.bias_weight);
      for (std::size_t k = 0; k < space.items.rank(); ++k) {
        factors_[k * kTileQueries + t] = tasks[t].factors[k];
      }
    }
  }

  /// Searches a group of items' tiles; `scores` has room for those of all queries.
  void search(std::size_t group, std::span<float> scores) const {
    std::array<bool, kTileQueries> reaches{};
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
        offer(tasks_[t], first, scores.subspan(t * count * kTileItems, count * kTileItems));
    }
  }

 private:
  /// A few tiles at a time, since the threshold rises on the way.
  void offer(const SearchTask& task, std::size_t first, std::span<const float> scores) const {
    constexpr std::size_t kTogether = 4;
    std::array<std::uint32_t, kTogether * kTileItems> found;
    const std::size_t count = scores.size() / kTileItems;
    for (std::size_t tile = 0; tile < count; tile += kTogether) {
      const float* const here = scores.data() + tile * kTileItems;
      const std::size_t reaching = space_.kernels.find_reaching(
          here, std::min(kTogether, count - tile), task.masks.data() + first + tile,
          task.list->threshold(), found.data());
      for (std::size_t i = 0; i < reaching; ++i) {
        task.list->offer(here[found[i]],
                         space_.items.item_at((first + tile) * kTileItems + found[i]));
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

void search_many(const SearchSpace& space, std::span<const SearchTask> tasks) {
  std::vector<QueryTile> queries;
  for (std::size_t at = 0; at < tasks.size(); at += kTileQueries) {
    queries.emplace_back(space, tasks.subspan(at, std::min(kTileQueries, tasks.size() - at)));
  }
  AlignedBuffer<float> scores(kTileQueries * kGroup * kTileItems);
  constexpr std::size_t kCachedFloats = (std::size_t{256} << 10) / sizeof(float);
  const std::size_t group_floats =
      kGroup * kTileItems * std::max<std::size_t>(space.items.rank(), 1);
  const std::size_t together = std::max<std::size_t>(1, kCachedFloats / group_floats);
  const std::size_t groups = space.items.group_bounds().size();
  for (std::size_t begin = 0; begin < groups; begin += together) {
    for (const QueryTile& tile : queries) {
      for (std::size_t group = begin; group < std::min(groups, begin + together); ++group) {
        tile.search(group, scores.span());
      }
    }
  }
}

}  // namespace mfpar
