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

  /// Called by any thread when [begin, end) of the buffer was parsed.
  using Parsed = std::function<void(std::size_t begin, std::size_t end)>;

  /// Parses the next buffer up to the last line that is whole and returns where the first other
  /// line begins; the next buffer must begin there. With `is_last` all of it is parsed. Throws
  /// Error for the first bad line unless bad lines are skipped, and what detect_format throws for
  /// the first buffer.
  std::size_t parse(std::string_view buffer, bool is_last, const Parsed& parsed = {});

  /// The ratings and the report, source and compression left empty. Throws Error(kBadData) when
  /// there is no rating, or too many lines were bad. To be called once, after the last buffer.
  ReadResult finish();

 private:
  struct Attempt;

  bool parse_chunks(std::string_view buffer, std::size_t begin, bool is_last, Cut cut,
                    const Parsed& parsed, Attempt& attempt);
  void merge(Attempt& attempt);
  void count(const ParsedChunk& chunk);
  void note_negative_ids(const ParsedChunk& chunk);
  std::string placed(const LineNote& bad) const;
  [[noreturn]] void fail(const std::string& what) const;

  std::string name_;
  ReadOptions options_;
  std::size_t chunk_bytes_;
  Workers workers_;
  std::optional<TextFormat> format_;  // known from the first buffer on
  GrowingIds ids_;
  std::vector<RatingChunk> chunks_;
  std::uint64_t ratings_ = 0;
  std::uint64_t line_breaks_ = 0;  // before what is parsed next
  std::array<bool, 2> noted_negative_{};
  ReadReport report_;
};

}  // namespace mfpar
