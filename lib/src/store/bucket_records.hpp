// SPDX-License-Identifier: MIT
//
// The records of a table, bucket by bucket: two ways to come by them. Both are built from the
// chunks of a table whose users have their new indices already, and give the records of a bucket in
// order of arrival. take() and done() may be called by many threads, for different buckets.
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
#include "store/placement.hpp"
#include "store/rating_table_impl.hpp"
#include "store/store_entries.hpp"
#include "store/user_buckets.hpp"

namespace mfpar {

/// Deals all ratings into their buckets at once, for users in any order. Chunks are freed while
/// buckets fill and buckets when they are done with.
template <class Record>
class DealtRecords {
 public:
  /// So few are filled side by side without leaving the caches.
  static constexpr std::size_t kMostBuckets = 256;

  DealtRecords(std::vector<RatingChunk> chunks, const StoreEntries<Record>& entries,
               const UserBuckets& buckets, Placement& placement, const Workers& workers)
      : placement_(placement),
        records_(placement.size()),
        done_in_group_(buckets.count() / kGroup + 1) {
    workers.for_each(chunks.size(), [&](std::size_t c) {
      const auto next = placement.of(c);
      {
        const RatingChunk chunk = std::exchange(chunks[c], {});
        Record* const all = records_.span().data();
        chunk.users.for_each_run([&](UserIndex user, Range positions) {
          auto& place = next[buckets.of(user)];
          entries.for_each(chunk, c, user, positions,
                           [&](const Record& record) { all[place++] = record; });
        });
      }
      return_unused_heap();
    });
  }

  std::span<Record> take(std::size_t bucket, std::vector<Record>&) {
    const Range range = placement_.range(bucket);
    return records_.span().subspan(range.begin, range.size());
  }

  void done(std::size_t bucket) {
    const std::size_t group = bucket / kGroup;
    if (done_in_group_[group].fetch_add(1) + 1 < kGroup) return;
    records_.give_back({placement_.range(group * kGroup).begin,
                        placement_.range(group * kGroup + kGroup - 1).end});
  }

 private:
  /// Buckets that are given back together: giving memory back interrupts every core.
  static constexpr std::size_t kGroup = 16;

  const Placement& placement_;
  SystemArray<Record> records_;
  std::vector<std::atomic<std::size_t>> done_in_group_;
};

/// Gathers the runs of a bucket's users when they are asked for, for tables whose users come in
/// runs: the records are never all there. The table is until the end, so that this is for compact
/// ones, which take no more memory with the whole store than the records alone.
class GatheredRecords {
  using Record = CompactRecord;

 public:
  /// So few keep the Placement small.
  static constexpr std::size_t kMostBuckets = 1024;

  GatheredRecords(std::vector<RatingChunk> chunks, const StoreEntries<Record>& entries,
                  const UserBuckets& buckets, const Workers& workers)
      : chunks_(std::move(chunks)), entries_(entries), places_(chunks_.size(), buckets.count()) {
    const auto for_each_run = [&](std::size_t c, const auto& body) {
      const auto of_chunk = places_.of(c);
      chunks_[c].users.for_each_run([&](UserIndex user, Range positions) {
        body(of_chunk[buckets.of(user)], user, positions);
      });
    };
    workers.for_each(chunks_.size(), [&](std::size_t c) {
      for_each_run(c, [](std::uint64_t& count, UserIndex, Range) { ++count; });
    });
    places_.finish();
    runs_.resize(places_.size());
    workers.for_each(chunks_.size(), [&](std::size_t c) {
      for_each_run(c, [&](std::uint64_t& place, UserIndex user, Range positions) {
        runs_[place++] = {static_cast<std::uint32_t>(c), user,
                          static_cast<std::uint32_t>(positions.begin),
                          static_cast<std::uint32_t>(positions.end)};
      });
    });
  }

  /// The records, in `memory`.
  std::span<Record> take(std::size_t bucket, std::vector<Record>& memory) {
    const Range range = places_.range(bucket);
    const auto runs = std::span(runs_).subspan(range.begin, range.size());
    std::size_t size = 0;
    for (const Run& run : runs) size += run.end - run.begin;
    memory.resize(std::max(memory.size(), size));
    Record* next = memory.data();
    for (const Run& run : runs) {
      entries_.for_each(chunks_[run.chunk], run.chunk, run.user, {run.begin, run.end},
                        [&](const Record& record) { *next++ = record; });
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
  const StoreEntries<Record>& entries_;
  Placement places_;  ///< of the runs
  std::vector<Run> runs_;
};

}  // namespace mfpar
