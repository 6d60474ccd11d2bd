// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/chunk_builder.hpp"
#include "text/field_values.hpp"
#include "text/line_scanner.hpp"
#include "text/plain_line.hpp"
#include "text/text_format.hpp"

namespace mfpar {

/// How many bad lines are reported one by one.
inline constexpr std::size_t kReportedBadLines = 5;

/// A bad line within a piece of text.
struct BadPlace {
  std::uint64_t line = 0;    ///< line breaks before it in the piece
  std::uint64_t column = 0;  ///< 1-based, in characters
  Fault fault = Fault::kNone;
  std::string message;  ///< what was found and expected
};

/// An id worth a note, and the line breaks before it in the piece.
struct NotedId {
  std::uint64_t line = 0;
  std::string id;
};

/// What a piece of text holds.
struct ParsedChunk {
  RatingChunk ratings;            ///< with the indices of the parser's ids
  std::size_t end = 0;            ///< where the first line that was not parsed begins
  std::uint64_t line_breaks = 0;  ///< up to there
  std::uint64_t lines = 0;        ///< with a rating, or bad
  std::uint64_t bad_lines = 0;
  std::vector<BadPlace> first_bad;  ///< at most kReportedBadLines
  bool is_stopped = false;          ///< by the last of first_bad, which must be thrown
  std::array<std::optional<NotedId>, 2> negative_ids;  ///< the first of users and of items
};

/// Parses pieces of a text of ratings; the one place that decides what a line means. Keeps the ids
/// it met from piece to piece. Not synchronised: one for each thread.
class ChunkParser {
 public:
  /// `format` and `options` must outlive the parser.
  ChunkParser(const TextFormat& format, const ReadOptions& options);

  /// Parses the lines of `text` that begin in [begin, end); the last may go on behind `end`.
  /// `is_last` says that nothing follows `text`; otherwise an unfinished line is left alone.
  ParsedChunk parse(std::string_view text, std::size_t begin, std::size_t end, bool is_last);

  IdPair& ids() noexcept { return ids_; }

 private:
  const char* parse_plain_lines(const char* p, const char* piece_end, const char* text_end);
  LineFault take_fields();
  LineFault take_id(const Field& field, Role role, std::string& scratch, std::string_view& id);
  bool report(const LineFault& fault, const char* line);
  std::size_t expected_ratings(std::size_t bytes) const;

  const TextFormat& format_;
  const ReadOptions& options_;
  IdPair ids_;
  ChunkBuilder builder_;
  LineScanner scanner_;
  std::optional<PlainLineReader> plain_lines_;  // where the columns are in the usual order
  bool item_first_ = false;                     // in plain lines
  std::string user_scratch_, item_scratch_, scratch_;
  ParsedChunk chunk_;  // at hand

  // Of all pieces so far, to foresee how many ratings the next holds.
  std::uint64_t bytes_seen_ = 0;
  std::uint64_t ratings_seen_ = 0;
};

}  // namespace mfpar
