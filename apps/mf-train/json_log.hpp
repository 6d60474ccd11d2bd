// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "common/line_log.hpp"
#include "mf-train/prepare_ratings.hpp"
#include "mfpar/cross_validate.hpp"
#include "mfpar/plan_training.hpp"
#include "mfpar/train.hpp"

namespace mfpar::apps {

/// The file of --log-json: one object a line, as by LineLog; apps/LOG.md describes them. Not
/// synchronised.
class JsonLog {
 public:
  /// Empties the file, unless training `resumes` and lines are added. Throws Error(kSystem) when it
  /// cannot be written.
  JsonLog(const std::string& path, bool resumes) : log_(path, resumes) {}

  /// `resumed`: what training goes on from, "" where it starts afresh. `plan`: what --stream takes;
  /// null without. `ranks`: that train together.
  void start(const TrainCommand& command, const PreparedRatings& ratings,
             const std::string& resumed, const TrainingPlan* plan, int ranks);
  /// The second part of a model begins, see TrainCommand::one_class.
  void start_part(const TrainOptions& part);
  /// `elapsed`: seconds since the program began to read.
  void epoch(const EpochReport& report, double elapsed);
  void divergence(const DivergenceReport& report);
  /// The validation error after rows were fitted to features, see TrainResult.
  void features(double valid_error);
  void sampling(const SamplingReport& report);
  void fold(const FoldReport& report);
  void folds(const CrossValidation& result);
  /// `saved`: whether the model was written.
  void end(const std::string& outcome, const FactorModel& model, bool saved, double seconds);
  void end(const std::string& outcome, double seconds);

  /// Why the log is not whole, as a message; "" while it is.
  const std::string& failure() const noexcept { return log_.failure(); }

 private:
  void write(std::string line);

  LineLog log_;
  LossInfo loss_;                           ///< from start() on
  Feedback feedback_ = Feedback::kRatings;  ///< from start() on
  std::uint64_t seed_ = 0;                  ///< from start() on
  int training_ = 0;                        ///< of the last epoch, see EpochReport
};

}  // namespace mfpar::apps
