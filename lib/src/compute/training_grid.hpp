// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "compute/rating_statistics.hpp"

namespace mfpar {

/// Where training cuts its ratings: users into bands and items into panels, each of about the same
/// number of ratings.
struct TrainingGrid {
  /// Enough for 16 threads to find work.
  static constexpr std::uint32_t kMaxPanels = 16;

  std::vector<std::uint32_t> bands;   ///< bands + 1 ascending users; bands may be empty
  std::vector<std::uint32_t> panels;  ///< panels + 1 ascending items

  std::uint32_t band_count() const { return static_cast<std::uint32_t>(bands.size()) - 1; }
  std::uint32_t panel_count() const { return static_cast<std::uint32_t>(panels.size()) - 1; }
  std::uint32_t first_user(std::uint32_t band) const { return bands[band]; }
  std::uint32_t users_of(std::uint32_t band) const { return bands[band + 1] - bands[band]; }
};

/// The panels of the grid of so many users and items.
std::uint32_t panels_of(std::size_t users, std::size_t items);

/// The grid for ratings of which only the statistics are asked for. Bands suit rows of `rank` and
/// are a multiple of `in_step`, so that so many threads, or panels, end together.
/// REQUIRES: in_step > 0.
TrainingGrid cut_grid(const RatingStatistics& statistics, std::uint32_t rank,
                      std::uint32_t in_step);
/// The same with so many panels.
TrainingGrid cut_grid(const RatingStatistics& statistics, std::uint32_t rank, std::uint32_t in_step,
                      std::uint32_t panels);

}  // namespace mfpar
