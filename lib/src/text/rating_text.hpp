// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/parallel.hpp"
#include "mfpar/read_ratings.hpp"
#include "text/chunk_parser.hpp"
#include "text/rating_values.hpp"
#include "text/text_chunks.hpp"

namespace mfpar {

/// Parses text into a RatingTable with several threads. Text comes in one buffer or in several.
/// What comes out depends on the text and on `chunk_bytes` (how ratings lie in chunks), never on
/// the threads. Not synchronised.
class RatingText {
 public:
  /// A chunk is what one thread parses at a time: large enough that starting one costs nothing,
  /// small enough that a second core helps with a small file, and that its text is still in cache.
  static constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

  /// `name` stands for the file in messages.
  RatingText(std::string name, const ReadOptions& options, std::size_t chunk_bytes = kChunkBytes);

  /// Begins the next of several files, whose ratings follow. Where it has no header and the first
  /// file had one, its columns are the first one's.
  void begin_file(std::string name);

  /// Sets how the text is written, which parse() detects otherwise. REQUIRES: nothing of the file
  /// was parsed.
  void set_format(TextFormat format) { format_ = std::move(format); }

  /// Takes ratings as they are parsed, with the number of users and items so far, instead of the
  /// table, which then has ids only.
  using Sink = std::function<void(std::vector<RatingChunk> chunks, std::uint64_t ids)>;
  void set_sink(Sink sink) { sink_ = std::move(sink); }

  /// Adds to the report's notes.
  void note(std::string text) { report_.notes.push_back(std::move(text)); }

  /// Called by any thread when [begin, end) of the buffer was parsed.
  using Parsed = std::function<void(std::size_t begin, std::size_t end)>;

  /// Parses the next buffer up to the last line that is whole and returns where the first other
  /// line begins; the next buffer must begin there. With `is_last` all of it is parsed. Throws
  /// Error for the first bad line unless bad lines are skipped, and what detect_format throws for
  /// the first buffer.
  std::size_t parse(std::string_view buffer, bool is_last, const Parsed& parsed = {});

  /// Checks that a file was whole, behind its last buffer. Throws Error(kBadData) where it has
  /// not as many ratings as it says.
  void end_file();

  /// The ratings and the report, source and compression left empty. Throws Error(kBadData) when
  /// there is no rating, or too many lines were bad. To be called once, after the last buffer.
  ReadResult finish();

 private:
  struct Attempt;

  bool parse_chunks(std::string_view buffer, std::size_t begin, bool is_last, Cut cut,
                    const Parsed& parsed, Attempt& attempt);
  void merge(Attempt& attempt);
  void count(const ParsedChunk& chunk);
  void note_odd_ids(const ParsedChunk& chunk);
  TextFormat format_of(std::string_view buffer, bool is_last) const;
  std::string placed(const LineNote& bad) const;
  std::string placed_in_file(const std::string& text) const;
  [[noreturn]] void fail(const std::string& what) const;

  std::vector<std::string> names_;  // of the files so far
  ReadOptions options_;
  std::size_t chunk_bytes_;
  Workers workers_;
  std::optional<TextFormat> format_;        // of the file, known from its first buffer on
  std::optional<TextFormat> first_format_;  // of the first file
  GrowingIds ids_;
  std::vector<RatingChunk> chunks_;
  Sink sink_;
  std::uint64_t ratings_ = 0;
  std::uint64_t line_breaks_ = 0;   // before what is parsed next
  bool is_at_beginning_ = true;     // of the file
  std::uint64_t lines_before_ = 0;  // of files before
  std::array<std::array<bool, kIdOddities>, 2> has_noted_{};
  RatingValues values_;
  ReadReport report_;
};

}  // namespace mfpar
