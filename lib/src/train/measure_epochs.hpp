// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "compute/training_grid.hpp"
#include "mfpar/rating_source.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// Seconds that an epoch takes with its evaluation.
struct EpochTimes {
  double in_memory = 0.0;
  double streamed = 0.0;   ///< the temporary file in the system's cache
  double read_rate = 0.0;  ///< bytes a second of a file in the folder that is not
};

/// Measured by a few epochs of each way on the first bands of `grid`, some millions of ratings and
/// `in_step` bands at least, and taken to all in proportion. Throws what train() throws.
EpochTimes measure_epochs(const SourceSplit& split, const TrainOptions& options,
                          const TrainingGrid& grid, std::uint32_t in_step,
                          const std::string& folder);

}  // namespace mfpar
