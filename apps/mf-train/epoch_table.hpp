// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "common/progress_line.hpp"
#include "mfpar/epoch_report.hpp"
#include "mfpar/loss.hpp"
#include "mfpar/train.hpp"

namespace mfpar::apps {

/// Shows training as it goes: a row an epoch on standard output, and on standard error, when that
/// is a terminal, a line that says how fast it goes and how long it can still take. Not
/// synchronised.
class EpochTable {
 public:
  /// `ratings`: how many an epoch passes over.
  EpochTable(const TrainOptions& options, std::uint64_t ratings);

  void show(const EpochReport& report);
  void show(const DivergenceReport& report);

 private:
  void show_progress(const EpochReport& report);

  LossInfo loss_;
  Feedback feedback_;
  bool is_sampled_;
  int epochs_;
  std::uint64_t seed_;
  int training_ = 0;  ///< whose rows come, see EpochReport::training
  std::uint64_t ratings_;
  ProgressLine line_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();  ///< of these
};

/// That so many ratings are learnt from once more, and about how long that will take, by what the
/// epochs took that were reported.
std::string refit_progress_text(const TrainResult& validated, std::uint64_t ratings);

/// How far a cross-validation is, of which `done` folds are measured, after so many seconds.
std::string fold_progress_text(std::uint32_t done, std::uint32_t folds, const EpochReport& report,
                               double seconds);

}  // namespace mfpar::apps
