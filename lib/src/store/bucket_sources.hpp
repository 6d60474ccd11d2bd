// SPDX-License-Identifier: MIT
//
// The triplets of a table, bucket by bucket: two ways to come by them. Both are built from the
// chunks of a table whose users have their new indices already, and give the triplets of a bucket
// in order of arrival. take() and done() may be called by many threads, for different buckets.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/parallel.hpp"
#include "base/system_array.hpp"
#include "store/rating_table_impl.hpp"
#include "store/triplets.hpp"
#include "store/user_buckets.hpp"

namespace mfpar {

/// Scatters all ratings into their buckets at once, for users in any order. Chunks are freed while
/// buckets fill and buckets when they are done with.
template <class T>
class ScatteredBuckets {
 public:
  /// So few are filled side by side without leaving the caches.
  static constexpr std::size_t kMaxBuckets = 256;

  ScatteredBuckets(std::vector<RatingChunk> chunks, const TripletMaker<T>& maker,
                   const UserBuckets& buckets, ScatterOffsets& offsets, const Workers& workers)
      : offsets_(offsets),
        triplets_(offsets.size()),
        done_together_(buckets.count() / kGivenBackTogether + 1) {
    workers.for_each(chunks.size(), [&](std::size_t c) {
      const auto next = offsets.of(c);
      {
        const RatingChunk chunk = std::exchange(chunks[c], {});
        T* const all = triplets_.span().data();
        chunk.users.for_each_run([&](UserIndex user, Range positions) {
          auto& place = next[buckets.of(user)];
          maker.for_each(chunk, c, user, positions,
                         [&](const T& triplet) { all[place++] = triplet; });
        });
      }
      return_unused_heap();
    });
  }

  std::span<T> take(std::size_t bucket, std::vector<T>&) {
    const Range range = offsets_.range(bucket);
    return triplets_.span().subspan(range.begin, range.size());
  }

  void done(std::size_t bucket) {
    const std::size_t first = bucket / kGivenBackTogether * kGivenBackTogether;
    auto& done = done_together_[bucket / kGivenBackTogether];
    if (done.fetch_add(1) + 1 < kGivenBackTogether) return;
    triplets_.give_back(
        {offsets_.range(first).begin, offsets_.range(first + kGivenBackTogether - 1).end});
  }

 private:
  /// Giving memory back interrupts every core.
  static constexpr std::size_t kGivenBackTogether = 16;

  const ScatterOffsets& offsets_;
  SystemArray<T> triplets_;
  std::vector<std::atomic<std::size_t>> done_together_;
};

/// Gathers the runs of a bucket's users when they are asked for, for tables whose users come in
/// runs: the triplets are never all there. The table is until the end, so that this is for compact
/// ones, which take no more memory with the whole store than the triplets alone.
class GatheredBuckets {
  using T = Triplet<RatingStore::CompactEntry>;

 public:
  /// So few keep the ScatterOffsets small.
  static constexpr std::size_t kMaxBuckets = 1024;

  GatheredBuckets(std::vector<RatingChunk> chunks, const TripletMaker<T>& maker,
                  const UserBuckets& buckets, const Workers& workers)
      : chunks_(std::move(chunks)), maker_(maker), offsets_(chunks_.size(), buckets.count()) {
    const auto for_each_run = [&](std::size_t c, const auto& body) {
      const auto of_chunk = offsets_.of(c);
      chunks_[c].users.for_each_run([&](UserIndex user, Range positions) {
        body(of_chunk[buckets.of(user)], user, positions);
      });
    };
    workers.for_each(chunks_.size(), [&](std::size_t c) {
      for_each_run(c, [](std::uint64_t& count, UserIndex, Range) { ++count; });
    });
    offsets_.add_up();
    runs_.resize(offsets_.size());
    workers.for_each(chunks_.size(), [&](std::size_t c) {
      for_each_run(c, [&](std::uint64_t& place, UserIndex user, Range positions) {
        runs_[place++] = {static_cast<std::uint32_t>(c), user,
                          static_cast<std::uint32_t>(positions.begin),
                          static_cast<std::uint32_t>(positions.end)};
      });
    });
  }

  /// The triplets, in `memory`.
  std::span<T> take(std::size_t bucket, std::vector<T>& memory) {
    const Range range = offsets_.range(bucket);
    const auto runs = std::span(runs_).subspan(range.begin, range.size());
    std::size_t size = 0;
    for (const Run& run : runs) size += run.end - run.begin;
    memory.resize(std::max(memory.size(), size));
    T* next = memory.data();
    for (const Run& run : runs) {
      maker_.for_each(chunks_[run.chunk], run.chunk, run.user, {run.begin, run.end},
                      [&](const T& triplet) { *next++ = triplet; });
    }
    return std::span(memory).first(size);
  }

  void done(std::size_t) {}

 private:
  struct Run {
    std::uint32_t chunk;
    UserIndex user;
    std::uint32_t begin, end;
  };

  std::vector<RatingChunk> chunks_;
  const TripletMaker<T>& maker_;
  ScatterOffsets offsets_;  ///< of the runs
  std::vector<Run> runs_;
};

}  // namespace mfpar
