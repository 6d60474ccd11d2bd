// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/options.hpp"
#include "mfpar/checkpoint.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/read_ratings.hpp"
#include "mfpar/train.hpp"

namespace mfpar::apps {

enum class LearntFrom { kRatings, kOneClass, kBoth };

/// What a command line of mf-train asks for.
struct TrainCommand {
  std::vector<std::string> ratings_paths;
  std::string model_path;  ///< -o
  std::string warm_start_path;
  std::string log_path;     ///< --log-json
  std::string report_path;  ///< --report
  std::string user_features_path;
  std::string item_features_path;
  std::string titles_path;  ///< --titles
  std::string titles_columns;
  CheckpointOptions checkpoints;  ///< none without a folder
  bool quiet = false;
  bool no_rated_lists = false;  ///< --no-rated-lists

  bool streams = false;                 ///< --stream
  bool plans = false;                   ///< --plan
  std::string temporary;                ///< --temporary
  std::optional<std::uint64_t> memory;  ///< --memory, in bytes

  ReadOptions read;
  Duplicates duplicates = Duplicates::kLast;
  LearntFrom learnt_from = LearntFrom::kRatings;
  TrainOptions train;
  bool any_method = false;  ///< of mf-tune: ratings may be learnt by whichever method does best
  /// Of --feedback both: how the model of one-class feedback is learnt that the one of ratings, by
  /// `train`, carries.
  std::optional<TrainOptions> one_class;
  bool no_refit = false;           ///< --no-refit
  std::optional<double> relevant;  ///< --relevant
  bool fixed_epochs = false;       ///< nothing tells when to stop, and nobody said how many epochs

  // Which ratings are held out: at most one of these is asked for.
  double valid_fraction = 0.1;
  std::string valid_path;  ///< -p, or the packed store in which some are held out
  PackedPart valid_part = PackedPart::kAll;
  std::optional<double> split_by_user;
  std::optional<std::uint32_t> split_last;
  std::optional<std::int64_t> split_time;
  std::optional<std::uint32_t> folds;
};

/// Whether the model is learnt once more from all ratings, see refit(): where a share of them was
/// held out for nothing but telling when to stop.
bool refits(const TrainCommand& command);

/// Declares what mf-train and mf-tune call alike: what is learnt, and how. `command` must outlive
/// the options.
void add_learning_words(Options& options, TrainCommand& command);

/// Completes what they set. Throws Error(kBadOption) where they contradict each other.
void finish_learning_words(const Options& options, TrainCommand& command);

/// Declares the options of mf-train, bound to `command`, which must outlive them.
void add_train_options(Options& options, TrainCommand& command);

/// Completes the command, and refuses options that contradict each other. Throws Error(kBadOption).
void finish_train_command(const Options& options, TrainCommand& command);

}  // namespace mfpar::apps
