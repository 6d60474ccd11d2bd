// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/id_builder.hpp"
#include "base/partition.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/rating_table.hpp"
#include "store/user_column.hpp"

namespace mfpar {

/// Consecutive ratings in order of arrival. Compact while it has at most RatingStore::kMaxValues
/// distinct values and RatingStore::kMaxCompactItems items, else wide; exactly one of the two
/// forms is used. User and item indices are those of the whole table.
struct RatingChunk {
  /// The number of ratings at which a chunk is full. Building a store frees chunk by chunk: larger
  /// ones raise its peak of memory, much smaller ones waste time.
  static constexpr std::size_t kFull = std::size_t{1} << 20;

  UserColumn users;
  std::vector<std::uint32_t> compact;  ///< RatingStore::pack(item, code)
  std::vector<float> code_values;      ///< the value of each code of this chunk, in any order
  std::vector<RatingStore::WideEntry> wide;
  std::vector<std::int64_t> timestamps;  ///< one per rating, or empty where all are 0

  std::size_t size() const noexcept { return users.size(); }
  bool is_compact() const noexcept { return wide.empty(); }

  /// Calls visitor(RatingStore::Entries) with all ratings.
  template <class Visitor>
  decltype(auto) visit(const Visitor& visitor) const {
    return RatingStore::visit(compact, wide, code_values, visitor);
  }

  /// What stands for a code where a value has none.
  static constexpr std::uint32_t kNoCode = RatingStore::kMaxValues;

  /// Appends a rating: its value's code to a compact chunk, or its value to a wide one, where
  /// `code` is kNoCode.
  void add(const Rating& rating, std::uint32_t code);

  /// Turns a compact chunk wide.
  void widen();
};

/// The ids of a table that grows, in order of first appearance.
struct GrowingIds {
  IdBuilder users;
  IdBuilder items;
};

/// A table's ratings and ids. Whoever fills a table at once puts chunks and dictionaries here;
/// add() keeps the ids in `growing` until someone asks for a dictionary.
struct RatingTable::Impl {
  std::vector<RatingChunk> chunks;
  std::shared_ptr<const IdDictionary> users = std::make_shared<IdDictionary>();
  std::shared_ptr<const IdDictionary> items = std::make_shared<IdDictionary>();

  std::unique_ptr<GrowingIds> growing;  ///< where set, `users` and `items` are null
  std::mutex freezing;                  ///< guards the change from `growing` to `users` and `items`

  /// Makes `users` and `items` hold all ids.
  void freeze();

  /// Parallel loops take a table in partitions of consecutive ratings. Where these end depends on
  /// the number of ratings alone, not on chunks or threads, so that their sums add up to the same
  /// bits.
  static constexpr std::uint64_t kPartition = 1 << 16;
  std::size_t partitions() const { return (size() + kPartition - 1) / kPartition; }

  /// Calls body(position, user, item, value) for each rating of a partition, in order of arrival.
  /// REQUIRES: partition < partitions().
  template <class Body>
  void for_each(std::size_t partition, const Body& body) const;

  std::uint64_t size() const noexcept;
};

template <class Body>
void RatingTable::Impl::for_each(std::size_t partition, const Body& body) const {
  const Range wanted{partition * kPartition, (partition + 1) * kPartition};
  std::size_t start = 0;
  for (const RatingChunk& chunk : chunks) {
    const std::size_t end = start + chunk.size();
    if (start < wanted.end && wanted.begin < end) {
      const Range range{std::max(wanted.begin, start) - start, std::min(wanted.end, end) - start};
      chunk.visit([&](const auto& entries) {
        chunk.users.for_each_run(range, [&](UserIndex user, Range at) {
          for (std::size_t i = at.begin; i < at.end; ++i) {
            body(start + i, user, entries.item(i), entries.value(i));
          }
        });
      });
    }
    start = end;
  }
}

}  // namespace mfpar
