// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/id_builder.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/rating_table.hpp"
#include "store/user_column.hpp"

namespace mfpar {

/// A run of ratings in order of arrival. Compact while it has at most RatingStore::kMostValues
/// distinct values and RatingStore::kMostCompactItems items, else wide; exactly one of the two
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
};

/// A table's ratings and ids. Whoever fills a table at once puts chunks and dictionaries here;
/// add() keeps the ids in `growing` until someone asks for a dictionary.
struct RatingTable::Impl {
  std::vector<RatingChunk> chunks;
  std::shared_ptr<const IdDictionary> users = std::make_shared<IdDictionary>();
  std::shared_ptr<const IdDictionary> items = std::make_shared<IdDictionary>();

  struct GrowingIds {
    IdBuilder users;
    IdBuilder items;
  };
  std::unique_ptr<GrowingIds> growing;  ///< where set, `users` and `items` are null
  std::mutex freezing;                  ///< guards the change from `growing` to `users` and `items`

  /// Makes `users` and `items` hold all ids.
  void freeze();
};

}  // namespace mfpar
