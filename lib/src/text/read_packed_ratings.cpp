// SPDX-License-Identifier: MIT
#include "text/read_packed_ratings.hpp"

#include "base/parallel.hpp"
#include "base/stopwatch.hpp"
#include "mfpar/error.hpp"
#include "mfpar/packed_store.hpp"
#include "store/packed_table.hpp"

namespace mfpar {

namespace {

/// Refuses what only text can be read by.
void check_no_text_options(const std::string& path, const ReadOptions& options) {
  const bool names_columns = !options.user_column.empty() || !options.item_column.empty() ||
                             !options.rating_column.empty() || !options.timestamp_column.empty();
  const char* given = !options.delimiter.empty()        ? "a delimiter"
                      : options.quote != Quote::kDetect ? "quotes"
                      : options.header                  ? "a header"
                      : names_columns                   ? "columns"
                      : !options.missing.empty()        ? "what stands for no rating"
                      : options.on_bad_line != ReadOptions::OnBadLine::kError ? "bad lines"
                                                                              : nullptr;
  if (given == nullptr) return;
  throw Error(ErrorCode::kBadOption, path + ": is a packed store, which has no text to read: " +
                                         given + " can be given to mf-data pack only");
}

}  // namespace

ReadResult read_packed_ratings(const std::string& path, const ReadOptions& options) {
  const Stopwatch clock;
  check_no_text_options(path, options);
  const PackedStore packed(path);
  if (options.timestamps == ReadOptions::Timestamps::kRequired && !packed.has_timestamps()) {
    throw Error(ErrorCode::kBadOption,
                path + ": was packed without timestamps; pack text that has some");
  }
  if (options.part != PackedPart::kAll && packed.held_out() == 0) {
    throw Error(ErrorCode::kBadOption, path +
                                           ": was packed without held-out ratings; mf-data pack "
                                           "--valid-fraction holds some out");
  }
  ReadResult result;
  result.ratings =
      packed_table(packed, options.part, options.timestamps != ReadOptions::Timestamps::kIgnore,
                   Workers(options.threads));
  ReadReport& report = result.report;
  report.source = path;
  report.compression = "none";
  report.is_packed = true;
  report.merged = packed.duplicates();
  report.held_out = packed.held_out();
  report.bytes = packed.bytes();
  report.lines = result.ratings.size();
  if (packed.is_compact() && packed.values().size() == 1) report.only_value = packed.values()[0];
  report.seconds = clock.seconds();
  return result;
}

}  // namespace mfpar
