// SPDX-License-Identifier: MIT
#include "compute/rank_share.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

template <class T>
std::span<T> rows_of(Range users, std::span<T> rows, std::size_t stride) {
  return rows.subspan(users.begin * stride, users.size() * stride);
}

}  // namespace

RankShare::RankShare(Ranks& ranks, TrainingGrid grid) : ranks_(&ranks), grid_(std::move(grid)) {
  const std::uint32_t panels = grid_.panel_count();
  if (static_cast<std::uint32_t>(ranks.count()) <= panels) return;
  throw Error(ErrorCode::kBadOption, std::to_string(ranks.count()) +
                                         " ranks train together; these ratings can be shared by "
                                         "at most " +
                                         std::to_string(panels) +
                                         ": start fewer, with more threads each");
}

Range RankShare::lanes_of(int rank) const {
  return even_range(grid_.panel_count(), static_cast<std::size_t>(ranks_->count()),
                    static_cast<std::size_t>(rank));
}

std::vector<Range> RankShare::users_of(int rank) const {
  const Range lanes = lanes_of(rank);
  std::vector<Range> users;
  for (std::size_t group = 0; group < grid_.band_count(); group += grid_.panel_count()) {
    users.push_back({grid_.bands[group + lanes.begin], grid_.bands[group + lanes.end]});
  }
  return users;
}

bool RankShare::has_band(std::size_t band) const {
  const std::size_t lane = band % grid_.panel_count();
  return lanes().begin <= lane && lane < lanes().end;
}

Range RankShare::items_of_panel(std::size_t panel) const {
  return {grid_.panels[panel], grid_.panels[panel + 1]};
}

PassSums RankShare::total(std::vector<PassSums>& sums, RankTag tag) const {
  static_assert(sizeof(PassSums) == 2 * sizeof(double));
  channel(tag).add_up({reinterpret_cast<double*>(sums.data()), 2 * sums.size()});
  PassSums total;
  for (const PassSums& part : sums) total += part;
  return total;
}

void RankShare::spread_items(float* rows, std::size_t stride, RankTag tag) const {
  std::vector<std::size_t> begins;
  begins.reserve(static_cast<std::size_t>(ranks_->count()) + 1);
  const std::size_t row_bytes = stride * sizeof(float);
  for (int of = 0; of < ranks_->count(); ++of) {
    begins.push_back(grid_.panels[lanes_of(of).begin] * row_bytes);
  }
  begins.push_back(grid_.panels.back() * row_bytes);
  channel(tag).gather_parts({reinterpret_cast<std::byte*>(rows), begins.back()}, begins);
}

AlignedBuffer<float> RankShare::gather_users(std::span<const float> rows, std::size_t stride,
                                             RankTag tag) const {
  const RankChannel all = channel(tag);
  if (!is_first()) {
    for (const Range own : users()) all.send(0, rows_of(own, rows, stride));
    return {};
  }
  AlignedBuffer<float> whole(rows.size());
  for (const Range own : users()) {
    std::ranges::copy(rows_of(own, rows, stride), rows_of(own, whole.span(), stride).begin());
  }
  for (int from = 1; from < ranks_->count(); ++from) {
    for (const Range theirs : users_of(from)) {
      all.receive(from, rows_of(theirs, whole.span(), stride));
    }
  }
  return whole;
}

void RankShare::deal_users(std::span<const float> whole, std::span<float> rows, std::size_t stride,
                           RankTag tag) const {
  const RankChannel all = channel(tag);
  for (const Range own : users()) {
    const auto to = rows_of(own, rows, stride);
    if (!is_first()) {
      all.receive(0, to);
    } else {
      std::ranges::copy(rows_of(own, whole, stride), to.begin());
    }
  }
  for (int to = 1; is_first() && to < ranks_->count(); ++to) {
    for (const Range theirs : users_of(to)) all.send(to, rows_of(theirs, whole, stride));
  }
}

TrainingGrid cut_grid_for_ranks(const RatingStatistics& statistics, const TrainOptions& options,
                                int ranks, int threads) {
  const std::size_t users = statistics.user_counts.size(), items = statistics.item_counts.size();
  const auto rank = static_cast<std::uint32_t>(options.rank);
  std::uint32_t panels = panels_of(users, items);
  if (options.schedule == Schedule::kBlocks) return cut_grid(statistics, rank, panels, panels);
  const auto wanted = std::max<std::size_t>(panels, 2 * static_cast<std::size_t>(ranks));
  panels = static_cast<std::uint32_t>(std::min({wanted, users, items}));
  const std::uint32_t lanes = std::max(1u, panels / static_cast<std::uint32_t>(ranks));
  const std::uint32_t bands_of_lane = (static_cast<std::uint32_t>(threads) + lanes - 1) / lanes;
  return cut_grid(statistics, rank, panels * bands_of_lane, panels);
}

}  // namespace mfpar
