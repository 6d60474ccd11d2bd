// SPDX-License-Identifier: MIT
#include "compute/band_store.hpp"

#include <algorithm>

#include "base/partition.hpp"

namespace mfpar {

namespace {

/// Bytes of user rows in a band: about what a core has of the last two levels of cache in the
/// processors of these years. Larger bands have longer runs, which are cheaper to walk, until rows
/// come from memory.
constexpr std::size_t kBandBytes = std::size_t{2} << 20;

/// Even where all rows fit one band, so that an epoch does not take an item's ratings in one go.
constexpr std::size_t kLeastBands = 4;

/// Balanced boundaries of exactly `parts` ranges; those beyond the rows are empty.
std::vector<std::uint32_t> grid_boundaries(std::span<const std::uint64_t> offsets,
                                           std::uint32_t parts) {
  auto boundaries = balanced_boundaries(offsets, parts);
  boundaries.resize(parts + 1, boundaries.back());
  return boundaries;
}

}  // namespace

std::uint32_t BandStore::panels_of(const RatingStore& ratings) {
  return std::min({kMostPanels, ratings.user_count(), ratings.item_count()});
}

BandStore::BandStore(const RatingStore& ratings, const RatingScale& scale, std::size_t stride,
                     std::uint32_t in_step, const Workers& workers)
    : scale_(scale), panels_(panels_of(ratings)), values_(standardised_values(ratings, scale)) {
  const auto counts = count_item_ratings(ratings, workers);
  std::vector<std::uint64_t> item_offsets{0};
  for (const std::uint32_t count : counts) item_offsets.push_back(item_offsets.back() + count);
  const auto panels = grid_boundaries(item_offsets, panels_);

  const std::size_t row_bytes = ratings.user_count() * stride * sizeof(float);
  const std::size_t least = std::min<std::size_t>(kLeastBands, ratings.user_count());
  const std::size_t wanted = std::max(row_bytes / kBandBytes + 1, least);
  const auto count = static_cast<std::uint32_t>((wanted + in_step - 1) / in_step * in_step);
  const auto bands = grid_boundaries(ratings.offsets(), count);
  parts_.resize(count);
  workers.for_each(parts_.size(), [&](std::size_t band) {
    parts_[band].first_user = bands[band];
    parts_[band].users = bands[band + 1] - bands[band];
    fill(parts_[band], ratings, panels);
  });
}

void BandStore::fill(Band& band, const RatingStore& ratings,
                     const std::vector<std::uint32_t>& panels) const {
  const std::uint32_t last_user = band.first_user + band.users;
  const std::uint64_t begin = ratings.offsets()[band.first_user];
  const std::uint64_t end = ratings.offsets()[last_user];

  // A counting sort by item; `next` is first the count of each item, then where its next entry
  // goes.
  std::vector<std::uint64_t> next(ratings.item_count());
  for (std::uint64_t at = begin; at < end; ++at) ++next[ratings.item(at)];
  band.panel_begins.push_back(0);
  std::uint64_t total = 0;
  for (std::uint32_t panel = 0; panel < panels_; ++panel) {
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

  const bool compact = ratings.is_compact() && band.users <= RatingStore::kMostCompactItems;
  if (compact) {
    band.compact.resize(total + 1);
  } else {
    band.wide.resize(total + 1);
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

RatingRuns BandStore::runs(const Band& band, std::uint32_t first, std::uint32_t last) const {
  RatingRuns runs;
  runs.count = last - first;
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

RatingRuns BandStore::band(std::uint32_t band) const {
  return runs(parts_[band], 0, static_cast<std::uint32_t>(parts_[band].items.size()));
}

RatingRuns BandStore::block(std::uint32_t band, std::uint32_t panel) const {
  const auto& begins = parts_[band].panel_begins;
  return runs(parts_[band], begins[panel], begins[panel + 1]);
}

std::uint32_t BandStore::at_once(std::uint32_t band, const RatingRuns& runs) const {
  constexpr std::size_t kRowsEach = 4;
  const std::size_t rows = std::min<std::size_t>(runs.count, parts_[band].users);
  return static_cast<std::uint32_t>(std::clamp<std::size_t>(rows / kRowsEach, 1, kRunsAtOnce));
}

}  // namespace mfpar
