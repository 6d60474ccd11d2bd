// SPDX-License-Identifier: MIT
#pragma once

#include "compute/rank_share.hpp"
#include "train/checkpoint/training_progress.hpp"

namespace mfpar {

/// Gives the other ranks what a checkpoint says, their part of the best snapshot, of which rank 0
/// has all.
void deal_progress(const TrainingProgress& progress, const RankShare& share, int epoch);

/// Its counterpart on the others; `like` has the sizes of the best snapshot.
TrainingProgress progress_from_first(const FactorModel& like, const RankShare& share, int& epoch);

}  // namespace mfpar
