// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "mf-train/prepare_ratings.hpp"
#include "mfpar/cross_validate.hpp"
#include "mfpar/train.hpp"

namespace mfpar::apps {

/// The file of --log-json: one object a line, flushed as it happens; apps/LOG.md describes them.
/// Does nothing without a path. A line that cannot be written ends the log, not the training that
/// it is about: failure() tells of it. Not synchronised.
class JsonLog {
 public:
  /// Empties the file. Throws Error(kSystem) when it cannot be written.
  explicit JsonLog(const std::string& path);

  void start(const TrainCommand& command, const PreparedRatings& ratings);
  /// The second part of a model begins, see TrainCommand::one_class.
  void start_part(const TrainOptions& part);
  /// `elapsed`: seconds since the program began to read.
  void epoch(const EpochReport& report, double elapsed);
  /// The validation error after rows were fitted to features, see TrainResult.
  void features(double valid_error);
  void sampling(const SamplingReport& report);
  void fold(const FoldReport& report);
  void folds(const CrossValidation& result);
  /// `saved`: whether the model was written.
  void end(const std::string& outcome, const FactorModel& model, bool saved, double seconds);
  void end(const std::string& outcome, double seconds);

  /// Why the log is not whole, as a message; "" while it is.
  const std::string& failure() const noexcept { return failure_; }

 private:
  void write(std::string line);

  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  std::string path_;
  LossInfo loss_;                           ///< from start() on
  Feedback feedback_ = Feedback::kRatings;  ///< from start() on
  std::uint64_t seed_ = 0;                  ///< from start() on
  int training_ = 0;                        ///< of the last epoch, see EpochReport
  std::string failure_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace mfpar::apps
