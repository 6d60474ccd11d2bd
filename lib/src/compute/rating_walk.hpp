// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/partition.hpp"
#include "mfpar/rating_table.hpp"
#include "store/rating_table_impl.hpp"

namespace mfpar {

/// A table cut into blocks of consecutive ratings for parallel loops. Where the cuts are depends on
/// the number of ratings alone, not on the table's chunks or on threads, so that sums a block add
/// up to the same bits. Immutable, as long as the table is; safe from any number of threads.
class RatingWalk {
 public:
  explicit RatingWalk(const RatingTable& ratings);

  std::size_t blocks() const noexcept { return (size_ + kBlock - 1) / kBlock; }

  /// Calls visit(position, user, item, value) for each rating of a block in the table's order.
  /// REQUIRES: block < blocks().
  template <class Visit>
  void visit(std::size_t block, const Visit& visit) const {
    std::uint64_t position = block * kBlock;
    const std::uint64_t end = std::min<std::uint64_t>(position + kBlock, size_);
    for (std::size_t c = chunk_of(position); position < end; ++c) {
      const RatingChunk& chunk = (*chunks_)[c];
      const std::uint64_t stop = std::min(end, starts_[c] + chunk.size());
      const Range range{static_cast<std::size_t>(position - starts_[c]),
                        static_cast<std::size_t>(stop - starts_[c])};
      chunk.users.for_each_run(range, [&](UserIndex user, Range at) {
        for (std::size_t i = at.begin; i < at.end; ++i, ++position) {
          if (chunk.is_compact()) {
            const std::uint32_t entry = chunk.compact[i];
            visit(position, user, RatingStore::item_of(entry),
                  chunk.code_values[RatingStore::code_of(entry)]);
          } else {
            visit(position, user, chunk.wide[i].item, chunk.wide[i].value);
          }
        }
      });
    }
  }

 private:
  static constexpr std::uint64_t kBlock = 1 << 16;

  std::size_t chunk_of(std::uint64_t position) const;

  const std::vector<RatingChunk>* chunks_;
  std::vector<std::uint64_t> starts_;  // of each chunk
  std::uint64_t size_ = 0;
};

}  // namespace mfpar
