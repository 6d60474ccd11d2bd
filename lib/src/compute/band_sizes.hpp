// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "compute/training_grid.hpp"
#include "mfpar/rating_source.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// How large the bands of a training are, from its first ones: users stand in random order.
struct BandSizes {
  TrainingGrid grid;
  std::uint64_t runs = 0;          ///< of all bands, estimated
  std::uint64_t file_bytes = 0;    ///< of a BandFile, estimated
  std::uint64_t band_ratings = 0;  ///< of the largest band
  std::uint64_t band_bytes = 0;    ///< of it in memory, when it was read from a file, estimated
  std::uint64_t piece_bytes = 0;   ///< the same of what an epoch walks: that band, or a block
};

/// Those that a schedule makes on so many threads. Reads the first ratings: some millions, or one
/// band.
BandSizes find_band_sizes(const RatingSource& ratings, const TrainOptions& options, int threads);

}  // namespace mfpar
