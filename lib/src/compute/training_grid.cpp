// SPDX-License-Identifier: MIT
#include "compute/training_grid.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

#include "base/partition.hpp"
#include "compute/kernels/row_records.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

namespace {

/// Bytes of user rows in a band, at most: somewhat more than a core has of the third-level cache in
/// the processors of these years, since the shorter runs of smaller bands cost more than they save.
constexpr std::size_t kBandBytes = std::size_t{8} << 20;

/// Bands even where they are smaller: an epoch that takes an item's ratings in few goes learns
/// less. Up to kMaxBands as long as runs have kRunLength ratings on average, since short runs cost
/// time.
constexpr std::size_t kMinBands = 4, kMaxBands = 8, kRunLength = 64;

/// Positions at which rows with so many ratings each begin, and the end.
std::vector<std::uint64_t> offsets_of(std::span<const std::uint32_t> counts) {
  std::vector<std::uint64_t> offsets{0};
  offsets.reserve(counts.size() + 1);
  for (const std::uint32_t count : counts) offsets.push_back(offsets.back() + count);
  return offsets;
}

/// Balanced boundaries of exactly `parts` ranges; those beyond the rows are empty.
std::vector<std::uint32_t> grid_boundaries(std::span<const std::uint64_t> offsets,
                                           std::uint32_t parts) {
  auto boundaries = balanced_boundaries(offsets, parts);
  boundaries.resize(parts + 1, boundaries.back());
  return boundaries;
}

/// Boundaries of bands whose users a compact entry can tell apart: if users without ratings make a
/// band too wide, bands of about as many users each, and then as many as it takes.
std::vector<std::uint32_t> band_boundaries(std::span<const std::uint64_t> offsets,
                                           std::size_t wanted, std::uint32_t in_step) {
  const auto stepped = [&](std::size_t bands) {
    return static_cast<std::uint32_t>((bands + in_step - 1) / in_step * in_step);
  };
  auto boundaries = grid_boundaries(offsets, stepped(wanted));
  std::uint32_t widest = 0;
  for (std::size_t b = 1; b < boundaries.size(); ++b) {
    widest = std::max(widest, boundaries[b] - boundaries[b - 1]);
  }
  if (widest <= RatingStore::kMaxCompactItems) return boundaries;
  const std::size_t users = offsets.size() - 1;
  const std::uint32_t count = stepped(std::max(wanted, users / RatingStore::kMaxCompactItems + 1));
  boundaries.assign(1, 0);
  for (std::size_t b = 0; b < count; ++b) {
    boundaries.push_back(static_cast<std::uint32_t>(even_range(users, count, b).end));
  }
  return boundaries;
}

}  // namespace

std::uint32_t panels_of(std::size_t users, std::size_t items) {
  return static_cast<std::uint32_t>(
      std::min({std::size_t{TrainingGrid::kMaxPanels}, users, items}));
}

TrainingGrid cut_grid(const RatingStatistics& statistics, std::uint32_t rank,
                      std::uint32_t in_step) {
  return cut_grid(statistics, rank, in_step,
                  panels_of(statistics.user_counts.size(), statistics.item_counts.size()));
}

TrainingGrid cut_grid(const RatingStatistics& statistics, std::uint32_t rank, std::uint32_t in_step,
                      std::uint32_t panels) {
  const std::size_t users = statistics.user_counts.size();
  const std::size_t items = statistics.item_counts.size();
  const std::size_t row_bytes = users * record_stride(factor_width(rank)) * sizeof(float);
  const std::size_t with_long_runs = statistics.count / (items * kRunLength);
  const std::size_t wanted = std::min<std::size_t>(
      users,
      std::max(row_bytes / kBandBytes + 1, std::clamp(with_long_runs, kMinBands, kMaxBands)));
  return {band_boundaries(offsets_of(statistics.user_counts), wanted, in_step),
          grid_boundaries(offsets_of(statistics.item_counts), panels)};
}

}  // namespace mfpar
