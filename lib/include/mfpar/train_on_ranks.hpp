// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "mfpar/export.hpp"
#include "mfpar/ranks.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// All ranks call it first: rank 0 with what it does, a command line, say, or nothing where there
/// is nothing to do; the others with what they would. Whether there is something. Throws
/// Error(kBadOption) on a rank that is of another version of mfpar, or would do something else: it
/// is to end the others.
MFPAR_API bool begin_ranks(Ranks& ranks, const std::optional<std::string>& command);

/// What ranks but the first do while rank 0 trains (see TrainHooks::ranks): take a share of each
/// training of train(), refit(), for all seeds and folds, until dismiss_ranks(). `options` are
/// those that rank 0 trains with, but for the threads. Throws what a worker of train() would:
/// nobody else knows then, and the caller must end the other ranks. REQUIRES: rank() > 0.
MFPAR_API void train_beside(Ranks& ranks, const TrainOptions& options);

/// Ends train_beside() on all other ranks. False, and nothing is done, where an exception has ended
/// a training that the others are still in: the caller must end them. REQUIRES: rank() == 0.
MFPAR_API bool dismiss_ranks(Ranks& ranks);

}  // namespace mfpar
