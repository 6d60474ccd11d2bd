// SPDX-License-Identifier: MIT
#include "compute/block_store.hpp"

#include <algorithm>

#include "base/partition.hpp"

namespace mfpar {

namespace {

/// Balanced boundaries of exactly `parts` ranges; those beyond the rows are empty.
std::vector<std::uint32_t> grid_boundaries(std::span<const std::uint64_t> offsets,
                                           std::uint32_t parts) {
  auto boundaries = balanced_boundaries(offsets, parts);
  boundaries.resize(parts + 1, boundaries.back());
  return boundaries;
}

}  // namespace

BlockStore::BlockStore(const RatingStore& ratings, const RatingScale& scale, const Workers& workers)
    : scale_(scale),
      bands_(std::min({kMostBands, ratings.user_count(), ratings.item_count()})),
      values_(standardised_values(ratings, scale)),
      parts_(bands_) {
  const auto counts = count_item_ratings(ratings, workers);
  std::vector<std::uint64_t> item_offsets{0};
  for (const std::uint32_t count : counts) item_offsets.push_back(item_offsets.back() + count);
  const auto bands = grid_boundaries(ratings.offsets(), bands_);
  const auto panels = grid_boundaries(item_offsets, bands_);
  workers.for_each(bands_, [&](std::size_t band) {
    parts_[band].first_user = bands[band];
    fill(parts_[band], bands[band + 1], ratings, panels);
  });
}

void BlockStore::fill(Band& band, std::uint32_t last_user, const RatingStore& ratings,
                      const std::vector<std::uint32_t>& panels) const {
  const std::uint64_t begin = ratings.offsets()[band.first_user];
  const std::uint64_t end = ratings.offsets()[last_user];

  // A counting sort by item; `next` is first the count of each item, then where its next entry
  // goes.
  std::vector<std::uint64_t> next(ratings.item_count());
  for (std::uint64_t at = begin; at < end; ++at) ++next[ratings.item(at)];
  band.panel_begins.push_back(0);
  std::uint64_t total = 0;
  for (std::uint32_t panel = 0; panel < bands_; ++panel) {
    for (std::uint32_t item = panels[panel]; item < panels[panel + 1]; ++item) {
      const std::uint64_t count = next[item];
      next[item] = total;
      if (count == 0) continue;
      band.items.push_back(item);
      band.offsets.push_back(total);
      total += count;
    }
    band.panel_begins.push_back(static_cast<std::uint32_t>(band.items.size()));
  }
  band.offsets.push_back(total);

  const bool compact =
      ratings.is_compact() && last_user - band.first_user <= RatingStore::kMostCompactItems;
  if (compact) {
    band.compact.resize(total);
  } else {
    band.wide.resize(total);
  }
  for (std::uint32_t user = band.first_user; user < last_user; ++user) {
    const std::uint32_t row = user - band.first_user;
    for (std::uint64_t at = ratings.offsets()[user]; at < ratings.offsets()[user + 1]; ++at) {
      const std::uint64_t to = next[ratings.item(at)]++;
      if (compact) {
        const std::uint32_t code = RatingStore::code_of(ratings.parts().compact[at]);
        band.compact[to] = RatingStore::pack(row, code);
      } else {
        band.wide[to] = {row, ratings.value(at)};
      }
    }
  }
}

RatingRuns BlockStore::block(std::uint32_t band_number, std::uint32_t panel) const {
  const Band& band = parts_[band_number];
  const std::uint32_t first = band.panel_begins[panel];
  RatingRuns runs;
  runs.count = band.panel_begins[panel + 1] - first;
  runs.rows = band.items.data() + first;
  runs.offsets = band.offsets.data() + first;
  runs.moving_base = band.first_user;
  if (band.wide.empty()) {
    runs.compact = band.compact.data();
    runs.code_values = values_.data();
  } else {
    runs.wide = band.wide.data();
    runs.wide_mean = scale_.mean;
    runs.wide_scale = 1.0f / scale_.deviation;
  }
  return runs;
}

}  // namespace mfpar
