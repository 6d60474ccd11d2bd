// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include "mf-train/epoch_table.hpp"
#include "mf-train/json_log.hpp"
#include "mf-train/prepare_ratings.hpp"
#include "mf-train/saved_progress.hpp"
#include "mf-train/train_command.hpp"
#include "mf-train/train_page.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/item_titles.hpp"
#include "mfpar/plan_training.hpp"
#include "mfpar/ranks.hpp"
#include "mfpar/train.hpp"

namespace mfpar::apps {

/// What mf-train does: reads, learns, saves, and tells of it as it goes. Not synchronised.
class Training {
 public:
  /// Reads what the command names. `ranks` share the work, if there are any. Throws Error.
  explicit Training(const TrainCommand& command, Ranks* ranks = nullptr);

  // Each returns the exit code.
  int train_model();
  int cross_validate_folds();

 private:
  TrainHooks hooks(Feedback feedback, std::stop_token stop);
  TrainResult train_part(const TrainOptions& options, RatingStore ratings,
                         const std::stop_token& stop);
  TrainResult learn(const TrainOptions& options, RatingStore ratings, const std::stop_token& stop);
  TrainResult learn_again(const TrainOptions& options, TrainResult validated,
                          const std::stop_token& stop);
  void add_one_class(TrainResult& result, RatingStore ratings, const std::stop_token& stop);
  void tell_of_end() const;
  bool log_failed() const;
  template <class Shown>
  bool report_failed(const Shown& what) const;
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

  const TrainCommand& command_;
  Ranks* const ranks_;  ///< null without
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  SavedProgress progress_;
  PreparedRatings ratings_;
  std::optional<TrainingPlan> plan_;  ///< of --stream
  JsonLog log_;
  std::optional<FactorModel> warm_start_;
  ItemTitles titles_;
  std::optional<EpochTable> table_;
  std::optional<TrainPage> page_;
};

}  // namespace mfpar::apps
