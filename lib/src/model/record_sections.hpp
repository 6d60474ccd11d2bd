// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/section_reader.hpp"
#include "io/section_writer.hpp"
#include "mfpar/factor_model.hpp"

namespace mfpar {

/// Section "history": one for each report.
struct HistoryRow {
  std::int64_t epoch;
  double train_error;
  double objective;
  double valid_error;  ///< of one-class feedback NDCG
  double seconds;
  double updates_per_second;
  double evaluation_seconds;
  double wait_seconds;
};
static_assert(sizeof(HistoryRow) == 64);

/// Adds a record as the sections "options" and "history" of a model file, with `prefix` before
/// their names.
void add_record_sections(SectionWriter& file, const TrainingRecord& record,
                         const std::string& prefix = "");

/// Their counterpart. Throws Error(kBadFile) for what cannot be.
void read_record_sections(const SectionReader& file, TrainingRecord& record,
                          const std::string& prefix = "");

/// Makes the history of one-class feedback of one that was read: what it was validated by is NDCG.
void as_ndcg(std::vector<EpochReport>& history);

/// The number of an epoch, which stands at `position` of a section. Throws Error(kBadFile) where it
/// is below 0 or no int.
int epoch_number(const SectionReader& file, std::string_view section, std::uint64_t position,
                 std::int64_t number);

}  // namespace mfpar
