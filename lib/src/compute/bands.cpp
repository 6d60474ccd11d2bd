// SPDX-License-Identifier: MIT
#include "compute/bands.hpp"

#include <algorithm>

#include "base/partition.hpp"

namespace mfpar {

namespace {

/// Bytes of user rows in a band, at most: somewhat more than a core has of the third-level cache in
/// the processors of these years, since the shorter runs of smaller bands cost more than they save.
constexpr std::size_t kBandBytes = std::size_t{8} << 20;

/// Bands even where they are smaller: an epoch that takes an item's ratings in few goes learns
/// less. Up to kMaxBands as long as runs have kRunLength ratings on average, since short runs cost
/// time.
constexpr std::size_t kMinBands = 4, kMaxBands = 8, kRunLength = 64;

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

BandGrid make_grid(std::span<const std::uint64_t> offsets, const RatingStatistics& statistics,
                   std::uint32_t rank, std::uint32_t in_step) {
  const std::size_t users = offsets.size() - 1, items = statistics.item_counts.size();
  std::vector<std::uint64_t> item_offsets{0};
  for (const std::uint32_t count : statistics.item_counts) {
    item_offsets.push_back(item_offsets.back() + count);
  }
  const std::size_t row_bytes = users * record_stride(factor_width(rank)) * sizeof(float);
  const std::size_t with_long_runs = offsets.back() / (items * kRunLength);
  const std::size_t wanted = std::min<std::size_t>(
      users,
      std::max(row_bytes / kBandBytes + 1, std::clamp(with_long_runs, kMinBands, kMaxBands)));
  return {band_boundaries(offsets, wanted, in_step),
          grid_boundaries(item_offsets, Bands::panels_of(static_cast<std::uint32_t>(users),
                                                         static_cast<std::uint32_t>(items)))};
}

void BandTargets::fill(RatingRuns& runs, const std::uint32_t* entries) const {
  runs.compact = entries;
  runs.code_values = by_code.data();
}

void BandTargets::fill(RatingRuns& runs, const RatingStore::WideEntry* entries) const {
  runs.wide = entries;
  runs.wide_mean = scale.origin;
  runs.wide_scale = 1.0f / scale.width;
}

std::uint32_t Bands::panels_of(std::uint32_t users, std::uint32_t items) {
  return std::min({kMaxPanels, users, items});
}

Bands::Bands(BandGrid grid, bool compact, std::span<const float> values,
             const RatingStatistics& statistics, Loss loss)
    : grid_(std::move(grid)),
      compact_(compact),
      training_(statistics.scale.target, values),
      model_(score_target(loss, statistics.scale.range), values) {}

}  // namespace mfpar
