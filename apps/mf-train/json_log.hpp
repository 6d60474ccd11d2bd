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
/// Does nothing without a path. Not synchronised.
class JsonLog {
 public:
  /// Empties the file. Throws Error(kSystem) when it cannot be written.
  explicit JsonLog(const std::string& path);

  void start(const TrainCommand& command, const PreparedRatings& ratings);
  /// `elapsed`: seconds since the program began to read.
  void epoch(const EpochReport& report, double elapsed);
  void fold(const FoldReport& report);
  void folds(const CrossValidation& result);
  void end(const std::string& outcome, const FactorModel& model, double seconds);
  void end(const std::string& outcome, double seconds);

 private:
  void write(std::string line);

  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  std::string path_;
  LossInfo loss_;  ///< from start() on
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace mfpar::apps
