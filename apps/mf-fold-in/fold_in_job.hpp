// SPDX-License-Identifier: MIT
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "mf-fold-in/fold_in_command.hpp"
#include "mf-fold-in/row_writer.hpp"

namespace mfpar::apps {

/// Folds in what a command asks for, writes it and tests it. Not synchronised.
class FoldInJob {
 public:
  /// Loads the model; `command` must outlive this.
  FoldInJob(const FoldInCommand& command, std::stop_token stop);

  /// Returns the exit code. Nothing is put in place when it is stopped early.
  int run();

 private:
  RatingTable read(const std::vector<std::string>& paths) const;
  RatingTable table_of_pairs() const;
  FoldedInTable fold_in(const RatingTable& ratings, bool shows_progress) const;
  void warn_of(const FoldedInTable& rows, std::uint64_t ratings) const;
  int fold_in_table();
  int fold_in_requests();
  int report_interrupt() const;
  void report_rows(std::uint64_t ratings) const;

  const FoldInCommand& command_;
  std::stop_token stop_;
  FactorModel model_;
  RowWriter writer_;
};

}  // namespace mfpar::apps
