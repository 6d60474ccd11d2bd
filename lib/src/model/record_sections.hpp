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

/// The sections "options" and "history" of a model file, with `prefix` before their names, made of
/// a record; to be kept until the file is written.
class RecordSections {
 public:
  explicit RecordSections(const TrainingRecord& record);
  void add_to(SectionWriter& file, const std::string& prefix = "") const;

 private:
  std::string options_;
  std::vector<HistoryRow> history_;
};

/// Their counterpart. Throws Error(kBadFile) for what cannot be.
void read_record_sections(const SectionReader& file, TrainingRecord& record,
                          const std::string& prefix = "");

/// The number of an epoch, which stands at `position` of a section. Throws Error(kBadFile) where it
/// is below 0 or no int.
int epoch_number(const SectionReader& file, std::string_view section, std::uint64_t position,
                 std::int64_t number);

}  // namespace mfpar
