// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "compute/bands.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// The runs of a band, panel by panel.
struct BandRuns {
  std::vector<std::uint32_t> items;         ///< of each run, ascending
  std::vector<std::uint64_t> offsets;       ///< runs + 1 positions of entries
  std::vector<std::uint32_t> panel_begins;  ///< panels + 1 positions in `items`
};

/// Sorts the ratings of a band from users to items: a counting sort of `from`, which has items, to
/// `to`, whose entries have rows of users, less the band's first. `user_offsets` are those of the
/// band's users and one more. REQUIRES: as many entries in both.
template <class Entry>
BandRuns sort_band(const TrainingGrid& grid, std::uint32_t band,
                   std::span<const std::uint64_t> user_offsets, std::span<const Entry> from,
                   std::span<Entry> to) {
  BandRuns runs;
  // First the count of each item, then where its next entry goes.
  std::vector<std::uint64_t> next(grid.panels.back());
  for (const Entry& entry : from) ++next[RatingStore::item_of(entry)];
  runs.panel_begins.push_back(0);
  std::uint64_t total = 0;
  for (std::uint32_t panel = 0; panel < grid.panel_count(); ++panel) {
    for (std::uint32_t item = grid.panels[panel]; item < grid.panels[panel + 1]; ++item) {
      const std::uint64_t count = std::exchange(next[item], total);
      if (count == 0) continue;
      runs.items.push_back(item);
      runs.offsets.push_back(total);
      total += count;
    }
    runs.panel_begins.push_back(static_cast<std::uint32_t>(runs.items.size()));
  }
  runs.offsets.push_back(total);

  const Entry* entry = from.data();
  for (std::uint32_t row = 0; row + 1 < user_offsets.size(); ++row) {
    for (std::uint64_t n = user_offsets[row + 1] - user_offsets[row]; n > 0; --n, ++entry) {
      to[next[RatingStore::item_of(*entry)]++] = RatingStore::with_item(*entry, row);
    }
  }

  // Each run starts at a random user and goes round: those that are walked together would else
  // meet the same users step by step.
  for (std::size_t run = 0; run < runs.items.size(); ++run) {
    const auto entries_of_run =
        to.subspan(runs.offsets[run], runs.offsets[run + 1] - runs.offsets[run]);
    const auto start = derive_seed(band, runs.items[run]) % entries_of_run.size();
    std::rotate(entries_of_run.begin(), entries_of_run.begin() + static_cast<std::ptrdiff_t>(start),
                entries_of_run.end());
  }
  return runs;
}

}  // namespace mfpar
