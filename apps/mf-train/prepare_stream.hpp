// SPDX-License-Identifier: MIT
#pragma once

#include "mf-train/prepare_ratings.hpp"
#include "mf-train/train_command.hpp"
#include "mfpar/plan_training.hpp"

namespace mfpar::apps {

/// The ratings of a packed store that stay there, split. Throws what opening and splitting throw.
PreparedRatings prepare_stream(const TrainCommand& command);

/// What their training takes; `measures` as in PlanOptions. REQUIRES: they are streamed.
TrainingPlan plan_of(const TrainCommand& command, const PreparedRatings& ratings, bool measures);

/// Throws Error(kBadOption) where streaming takes more memory than --memory allows.
void check_memory(const TrainCommand& command, const TrainingPlan& plan);

}  // namespace mfpar::apps
