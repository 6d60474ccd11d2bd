// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "store/rating_table_impl.hpp"
#include "text/chunk_parser.hpp"

namespace mfpar {

/// The values of the ratings in a text.
class RatingValues {
 public:
  /// Adds those of a chunk of text, which follows `line_breaks` others in a file.
  void add(const ParsedChunk& chunk, std::uint64_t line_breaks, std::size_t file);

  bool has_one_only() const { return values_.size() == 1; }
  float first() const { return values_.begin()->first; }

  /// What looks wrong: values that stand apart from all others, with how often and where, and how
  /// to leave them out. `chunks` hold all ratings, or none where they went elsewhere, so that
  /// counts are estimates; `names` are those of the files. To be called
  /// once, after the last add().
  std::vector<std::string> notes(std::span<const RatingChunk> chunks,
                                 std::span<const std::string> names);

 private:
  void add_sample(std::span<const RatingChunk> chunks);

  struct Seen {
    std::uint64_t count = 0;  // about
    std::uint64_t line = 0;   // 1-based, of the first; 0 where it is not known
    std::size_t file = 0;
  };
  using Values = std::map<float, Seen>;

  bool stands_apart(Values::const_iterator value, Values::const_iterator low,
                    Values::const_iterator high, std::uint64_t total) const;
  bool is_zero_for_missing(std::uint64_t total) const;

  Values values_;  // of continuous ratings a sample, but with the extremes
  bool is_continuous_ = false;
};

}  // namespace mfpar
