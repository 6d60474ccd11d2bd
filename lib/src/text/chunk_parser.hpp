// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/partition.hpp"
#include "text/chunk_builder.hpp"
#include "text/field_values.hpp"
#include "text/line_scanner.hpp"
#include "text/plain_line.hpp"
#include "text/text_format.hpp"

namespace mfpar {

/// How many bad lines are reported one by one.
inline constexpr std::size_t kReportedBadLines = 5;

/// What may be odd about an id that can be used.
enum class IdOddity : std::uint8_t { kNegative, kRounded, kFraction, kQuote, kSummary };
inline constexpr std::size_t kIdOddities = 5;

/// What there is to say of a place in a chunk of text.
struct LineNote {
  std::uint64_t line = 0;    ///< line breaks before it in the chunk
  std::uint64_t column = 0;  ///< 1-based, in characters
  Fault fault = Fault::kNone;
  std::string message;  ///< of a fault, what was found and expected
  std::string remedy;   ///< and what to do about it
};

/// About how often a value stands in a text, and where first.
struct SeenValue {
  float value = 0.0f;
  std::uint64_t count = 0;
  std::uint64_t line = 0;  ///< line breaks before it
};

/// What a chunk of text holds.
struct ParsedChunk {
  RatingChunk ratings;            ///< with the indices of the parser's ids
  Range new_users, new_items;     ///< the ids that the parser first met here
  std::size_t parser = 0;         ///< which one, for a caller with several
  std::size_t end = 0;            ///< where the first line that was not parsed begins
  std::uint64_t line_breaks = 0;  ///< up to there
  std::uint64_t lines = 0;        ///< with a rating, or bad
  std::uint64_t bad_lines = 0;
  std::uint64_t missing = 0;      ///< lines whose value stands for no rating
  std::vector<SeenValue> values;  ///< all of them, or the least and the greatest of too many
  bool has_all_values = true;
  std::vector<LineNote> first_bad;  ///< at most kReportedBadLines
  bool is_stopped = false;          ///< by the last of first_bad, which must be thrown
  /// The first of each kind, of users and of items.
  std::array<std::array<std::optional<LineNote>, kIdOddities>, 2> odd_ids;
};

/// Parses chunks of a text of ratings; the one place that decides what a line means. Keeps the ids
/// it met from chunk to chunk. Not synchronised: one for each thread.
class ChunkParser {
 public:
  /// `format` and `options` must outlive the parser.
  ChunkParser(const TextFormat& format, const ReadOptions& options);

  /// Parses the lines of `text` that begin in [begin, end); the last may go on behind `end`.
  /// `is_last` says that nothing follows `text`; otherwise an unfinished line is left alone.
  ParsedChunk parse(std::string_view text, std::size_t begin, std::size_t end, bool is_last);

  GrowingIds& ids() noexcept { return ids_; }

 private:
  const char* parse_plain_lines(const char* p, const char* chunk_end, const char* text_end);
  const ValueCodes::Known* learn(std::uint64_t packed, std::uint64_t line);
  LineFault take_fields();
  LineFault take_id(const Field& field, Role role, std::string& scratch, std::string_view& id);
  void note_oddity(const Field& field, Role role, std::string_view id);
  bool is_passed_over(const char* begin, const char* end) const;
  bool is_missing(std::string_view text) const;
  bool is_missing(float value) const;
  void see(float value, std::uint64_t line);
  bool report(const LineFault& fault, const char* line);
  std::size_t expected_ratings(std::size_t bytes) const;

  const TextFormat& format_;
  const ReadOptions& options_;
  GrowingIds ids_;
  ChunkBuilder builder_;
  LineScanner scanner_;
  std::optional<PlainLineReader> plain_lines_;  // where the columns are in the usual order
  bool item_first_ = false;                     // in plain lines
  std::vector<float> missing_values_;           // of ReadOptions::missing
  std::string user_scratch_, item_scratch_, scratch_;
  ParsedChunk chunk_;                    // at hand
  std::vector<std::uint64_t> first_at_;  // the line of each code's first value in it
  SeenValue min_, max_;                  // in it

  // Of all chunks so far, to foresee how many ratings the next holds.
  std::uint64_t bytes_seen_ = 0;
  std::uint64_t ratings_seen_ = 0;
};

}  // namespace mfpar
