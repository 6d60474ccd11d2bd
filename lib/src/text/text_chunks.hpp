// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/parallel.hpp"
#include "base/partition.hpp"

namespace mfpar {

/// How to find the places where text may be cut into chunks for several threads. Each is a guess
/// that the parser checks: a chunk must end where the next begins.
enum class Cut {
  kLineBreaks,   ///< at any line break: right unless a field in quotes holds one
  kQuoteParity,  ///< at line breaks with an even number of quotes before: right unless quotes are
                 ///< broken
  kNowhere,      ///< one chunk: always right
};

/// A text cut into chunks at the beginnings of lines. Immutable; safe from any number of threads.
class TextChunks {
 public:
  /// Called by any thread when [begin, end) of the text was looked at, and will only be again by
  /// chance.
  using Seen = std::function<void(std::size_t begin, std::size_t end)>;

  /// Chunks of about `chunk_bytes` each; `text` must outlive them. REQUIRES: chunk_bytes > 0.
  TextChunks(std::string_view text, std::size_t chunk_bytes, Cut cut, const Workers& workers,
             const Seen& seen = {});

  std::size_t count() const noexcept { return count_; }

  /// Where a chunk is in the text; it may be empty. Found when asked for, not beforehand: a mapped
  /// text should not be touched all over before it is parsed. REQUIRES: chunk < count().
  Range operator[](std::size_t chunk) const { return {begin_of(chunk), begin_of(chunk + 1)}; }

 private:
  std::size_t begin_of(std::size_t chunk) const;
  Range raw(std::size_t chunk) const { return even_range(text_.size(), count_, chunk); }

  std::string_view text_;
  std::size_t count_;
  std::vector<std::uint64_t> quotes_;  // before each chunk, for Cut::kQuoteParity
};

}  // namespace mfpar
