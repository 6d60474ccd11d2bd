// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/output.hpp"
#include "mf-fold-in/fold_in_command.hpp"
#include "mfpar/extend_model.hpp"
#include "mfpar/factor_model.hpp"

namespace mfpar::apps {

/// Writes rows in the format that was asked for: lines as the rows come, models and folders at the
/// end. Not synchronised.
class RowWriter {
 public:
  /// Both must outlive this. Throws Error(kSystem) when the output cannot be written.
  RowWriter(const FoldInCommand& command, const FactorModel& model);

  /// Takes rows; of those with the same id the last counts in a model or folder.
  void add(std::vector<NewRow> rows);

  /// An object in the place of a row, of JSON lines; returns whether the format has a place for it.
  bool add_error(std::size_t line, const std::string& message);

  /// What was added can be read by others now.
  void flush();

  /// Puts a file or folder in place.
  void commit();

  /// How many rows of a model or folder the model did not have, and had.
  std::size_t added() const noexcept { return added_; }
  std::size_t updated() const noexcept { return updated_; }

 private:
  std::string line_of(const NewRow& row) const;

  const FoldInCommand& command_;
  const FactorModel& model_;
  std::optional<Output> output_;  // of lines
  std::vector<NewRow> rows_;
  std::unordered_map<std::string, std::size_t> positions_;
  std::size_t added_ = 0, updated_ = 0;
};

}  // namespace mfpar::apps
