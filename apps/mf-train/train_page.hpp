// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/report/grouped_errors.hpp"
#include "common/report/page.hpp"
#include "mf-train/prepare_ratings.hpp"
#include "mf-train/train_command.hpp"
#include "mfpar/cross_validate.hpp"

namespace mfpar::apps {

/// The page of --report, of which training hands over one part after the other: what its ratings
/// are, before it takes them, how they were predicted, and the model. Not synchronised.
class TrainPage {
 public:
  /// Keeps the command, which outlives this.
  TrainPage(const TrainCommand& command, const PreparedRatings& ratings);

  /// How `result`, which has not learnt from the `held_out` ratings, predicts them.
  void judge(const TrainResult& result, const RatingStore& held_out);

  /// Write the file. Throw Error(kSystem).
  void write(const FactorModel& saved) const;
  void write(const CrossValidation& folds) const;

 private:
  /// Adds what was read to `counts`.
  void add_data(Page& page, ReportTable counts) const;

  const TrainCommand& command_;
  ValueBins bins_;
  std::vector<std::uint64_t> counts_;  // of ratings, by bin; none where there are no ratings
  ReportTable data_;                   // of what is cross-validated
  std::vector<std::vector<std::string>> read_rows_;
  std::string source_, held_out_;
  std::uint64_t held_out_ratings_;
  std::optional<GroupedErrors> errors_;  // on what was held out
  std::optional<SamplingReport> sampling_;
};

}  // namespace mfpar::apps
