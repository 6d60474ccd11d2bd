// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mf-train/prepare_features.hpp"
#include "mf-train/train_command.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/read_ratings.hpp"

namespace mfpar::apps {

/// The ratings of a command, read and split.
struct PreparedRatings {
  RatingStore training;  ///< all ratings when the command cross-validates
  RatingStore validation;
  RatingStore all;  ///< both together, where refits() asks for them
  std::optional<PreparedFeatures> user_features;
  std::optional<PreparedFeatures> item_features;
  ReadReport report;             ///< of the ratings file
  std::uint64_t duplicates = 0;  ///< ratings merged into another of the same user and item
  std::string held_out;          ///< what validation holds, in words
  std::vector<std::string> warnings;
  double seconds = 0.0;  ///< reading, sorting and splitting, features too
};

/// Throws what reading and splitting throw.
PreparedRatings prepare_ratings(const TrainCommand& command);

/// The same of ratings that come from elsewhere; the second gives those to validate on, where the
/// command names a file of them.
PreparedRatings prepare_ratings(const TrainCommand& command,
                                const std::function<ReadResult()>& read_all,
                                const std::function<RatingTable()>& read_validation);

/// How many of the ratings the model was trained on.
std::uint64_t count_trained_on(const FactorModel& model, const RatingStore& ratings);

/// A few lines on what was read and what is held out.
std::string describe(const PreparedRatings& ratings);

}  // namespace mfpar::apps
