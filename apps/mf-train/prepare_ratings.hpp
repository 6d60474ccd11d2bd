// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mf-train/prepare_features.hpp"
#include "mf-train/train_command.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_source.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/read_ratings.hpp"

namespace mfpar::apps {

/// Ratings that stay on disk.
struct StreamedRatings {
  std::shared_ptr<const RatingSource> training;
  std::shared_ptr<const RatingSource> all;  ///< with those held out, where refits() asks for them
};

/// The ratings of a command, read and split.
struct PreparedRatings {
  RatingStore training;  ///< all ratings when the command cross-validates
  RatingStore validation;
  RatingStore all;  ///< both together, where refits() asks for them
  /// Of --stream: what stands for `training` and `all`, which are empty then.
  std::optional<StreamedRatings> streamed;
  std::optional<PreparedFeatures> user_features;
  std::optional<PreparedFeatures> item_features;
  ReadReport report;             ///< of the ratings file
  std::uint64_t duplicates = 0;  ///< ratings merged into another of the same user and item
  std::string held_out;          ///< what validation holds, in words
  std::vector<std::string> warnings;
  double seconds = 0.0;  ///< reading, sorting and splitting, features too

  // Of what is trained on, wherever it is.
  std::uint64_t training_size() const {
    return streamed ? streamed->training->size() : training.size();
  }
  const std::shared_ptr<const IdDictionary>& users() const {
    return streamed ? streamed->training->users() : training.parts().users;
  }
  const std::shared_ptr<const IdDictionary>& items() const {
    return streamed ? streamed->training->items() : training.parts().items;
  }
};

/// What the ratings to validate on are, in words, where the command splits one file of them.
std::string describe_held_out(const TrainCommand& command);

/// Throws Error(kBadData) where all ratings of `source` have the one `value`, so that there is
/// nothing to learn of them.
void refuse_only_value(const std::string& source, std::optional<float> value);

/// Throws Error(kBadData) where no user and no item of `validation` has a rating in `training`, of
/// the same ids.
void refuse_strangers(const RatingSource& training, const RatingStore& validation,
                      const std::string& path);

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
