// SPDX-License-Identifier: MIT
#include "compute/band_sizes.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "compute/band_file.hpp"
#include "compute/epoch_schedule.hpp"
#include "compute/rating_statistics.hpp"

namespace mfpar {

namespace {

/// That are read, about.
constexpr std::uint64_t kSampled = std::uint64_t{4} << 20;

/// Calls body(item) for all ratings of the users [first, last).
template <class Body>
void for_each_item(const RatingSource& ratings, UserIndex first, UserIndex last, const Body& body) {
  ratings.for_each_piece(first, last, [&](const RatingSource::Piece& piece) {
    for (const auto& entry : piece.compact) body(RatingStore::item_of(entry));
    for (const auto& entry : piece.wide) body(RatingStore::item_of(entry));
  });
}

/// The first user behind about so many ratings.
UserIndex user_behind(const RatingSource& ratings, std::uint64_t count) {
  const auto offsets = ratings.offsets();
  return static_cast<UserIndex>(std::upper_bound(offsets.begin(), offsets.end() - 1, count) -
                                offsets.begin());
}

/// Of all users, and of items in proportion to how often the first users rated them.
RatingStatistics estimate_counts(const RatingSource& ratings) {
  RatingStatistics statistics;
  statistics.count = ratings.size();
  statistics.user_counts = user_counts_of(ratings);
  statistics.item_counts.resize(ratings.item_count());
  const UserIndex last = std::min(user_behind(ratings, kSampled), ratings.user_count());
  for_each_item(ratings, 0, last, [&](ItemIndex item) { ++statistics.item_counts[item]; });
  return statistics;
}

/// What a band has in a panel.
struct BlockSize {
  std::uint64_t runs = 0;
  std::uint64_t ratings = 0;
};

/// Counts what bands have, panel by panel.
class BlockCounter {
 public:
  BlockCounter(const RatingSource& ratings, const TrainingGrid& grid)
      : ratings_(ratings), grid_(grid), seen_in_(ratings.item_count(), 0) {
    panel_of_.reserve(ratings.item_count());
    for (std::uint32_t panel = 0; panel < grid.panel_count(); ++panel) {
      panel_of_.resize(grid.panels[panel + 1], panel);
    }
  }

  std::vector<BlockSize> count(std::uint32_t band) {
    std::vector<BlockSize> blocks(grid_.panel_count());
    ++number_;
    for_each_item(ratings_, grid_.bands[band], grid_.bands[band + 1], [&](ItemIndex item) {
      BlockSize& block = blocks[panel_of_[item]];
      ++block.ratings;
      if (seen_in_[item] == number_) return;
      seen_in_[item] = number_;
      ++block.runs;
    });
    return blocks;
  }

 private:
  const RatingSource& ratings_;
  const TrainingGrid& grid_;
  std::vector<std::uint32_t> seen_in_;  ///< the last band that has ratings of an item
  std::vector<std::uint32_t> panel_of_;
  std::uint32_t number_ = 0;
};

}  // namespace

BandSizes find_band_sizes(const RatingSource& ratings, const TrainOptions& options, int threads) {
  const bool by_block = options.schedule == Schedule::kBlocks;
  const std::uint32_t in_step =
      bands_in_step(options, ratings.user_count(), ratings.item_count(), threads);
  BandSizes sizes{.grid = cut_grid(estimate_counts(ratings),
                                   static_cast<std::uint32_t>(options.rank), in_step)};
  const TrainingGrid& grid = sizes.grid;
  const std::size_t entry_bytes =
      ratings.is_compact() ? sizeof(RatingStore::CompactEntry) : sizeof(RatingStore::WideEntry);
  const auto ratings_of = [&](std::uint32_t band) {
    return ratings.offsets()[grid.bands[band + 1]] - ratings.offsets()[grid.bands[band]];
  };
  BlockCounter counter(ratings, grid);
  BlockSize seen;
  std::uint64_t largest_block = 0;
  for (std::uint32_t band = 0; band < grid.band_count() && seen.ratings < kSampled; ++band) {
    for (const BlockSize& block : counter.count(band)) {
      seen.runs += block.runs;
      seen.ratings += block.ratings;
      largest_block =
          std::max(largest_block, BandFile::piece_bytes(block.runs, block.ratings, entry_bytes));
    }
  }
  const double runs_a_rating = static_cast<double>(seen.runs) /
                               static_cast<double>(std::max<std::uint64_t>(1, seen.ratings));
  for (std::uint32_t band = 0; band < grid.band_count(); ++band) {
    const std::uint64_t count = ratings_of(band);
    const auto runs = static_cast<std::uint64_t>(std::min(
        runs_a_rating * static_cast<double>(count), static_cast<double>(ratings.item_count())));
    sizes.runs += runs;
    sizes.file_bytes += count * entry_bytes + runs * 2 * sizeof(std::uint32_t);
    sizes.band_ratings = std::max(sizes.band_ratings, count);
    sizes.band_bytes = std::max(sizes.band_bytes, BandFile::piece_bytes(runs, count, entry_bytes));
  }
  sizes.piece_bytes = by_block ? largest_block : sizes.band_bytes;
  return sizes;
}

}  // namespace mfpar
