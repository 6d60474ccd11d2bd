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
    for (const SearchTask& task : tasks) bounds_.emplace_back(space, task);
    interleave(&SearchTask::factors, factors_);
    if (space.variances == nullptr) return;
    variance_pass_ = space.variances->pass(0.0f);
    variance_rows_ = AlignedBuffer<float>(space.variances->rank() * kTileQueries);
    interleave(&SearchTask::variance, variance_rows_);
  }

  /// Searches a group of items' tiles; `scores` and, where deviations count, `variances` have room
  /// for those of all queries.
  void search(std::size_t group, std::span<float> scores, std::span<float> variances) const {
    std::array<bool, kTileQueries> reaches{};
    for (std::size_t t = 0; t < tasks_.size(); ++t) {
      // A bound that overflowed to no number passes nothing over.
      reaches[t] = !(bounds_[t].of_group(group) < tasks_[t].list->threshold());
    }
    if (std::ranges::none_of(reaches, [](bool r) { return r; })) return;
    const std::size_t first = group * kGroup;
    const std::size_t count = std::min(kGroup, space_.items.count() - first);
    space_.kernels.score_tile(pass_, factors_.data(), first, count, scores.data());
    if (space_.variances != nullptr) {
      space_.kernels.score_tile(variance_pass_, variance_rows_.data(), first, count,
                                variances.data());
    }
    const std::size_t size = count * kTileItems;
    for (std::size_t t = 0; t < tasks_.size(); ++t) {
      if (!reaches[t]) continue;
      if (space_.variances != nullptr) {
        space_.kernels.add_deviations(variances.data() + t * size, size, tasks_[t].noise_variance,
                                      space_.sd_weight, scores.data() + t * size);
      }
      offer(tasks_[t], first, scores.subspan(t * size, size));
    }
  }

 private:
  void interleave(std::span<const float> SearchTask::*row, AlignedBuffer<float>& to) const {
    for (std::size_t t = 0; t < tasks_.size(); ++t) {
      const std::span<const float> from = tasks_[t].*row;
      for (std::size_t k = 0; k < from.size(); ++k) to[k * kTileQueries + t] = from[k];
    }
  }

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
  ScorePass variance_pass_;
  AlignedBuffer<float> variance_rows_;
  std::vector<SearchBound> bounds_;
};

}  // namespace

void search_many(const SearchSpace& space, std::span<const SearchTask> tasks) {
  std::vector<QueryTile> queries;
  for (std::size_t at = 0; at < tasks.size(); at += kTileQueries) {
    queries.emplace_back(space, tasks.subspan(at, std::min(kTileQueries, tasks.size() - at)));
  }
  AlignedBuffer<float> scores(kTileQueries * kGroup * kTileItems);
  AlignedBuffer<float> variances(space.variances == nullptr ? 0 : scores.size());
  constexpr std::size_t kCachedFloats = (std::size_t{256} << 10) / sizeof(float);
  const std::size_t group_floats =
      kGroup * kTileItems * std::max<std::size_t>(space.items.rank(), 1);
  const std::size_t together = std::max<std::size_t>(1, kCachedFloats / group_floats);
  const std::size_t groups = space.items.group_bounds().size();
  for (std::size_t begin = 0; begin < groups; begin += together) {
    for (const QueryTile& tile : queries) {
      for (std::size_t group = begin; group < std::min(groups, begin + together); ++group) {
        tile.search(group, scores.span(), variances.span());
      }
    }
  }
}

}  // namespace mfpar
