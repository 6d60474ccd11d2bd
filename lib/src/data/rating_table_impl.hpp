// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mfpar/id_dictionary.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/rating_table.hpp"

namespace mfpar {

/// A run of ratings in order of arrival. Compact while it has at most RatingStore::kMostValues distinct
/// values and RatingStore::kMostCompactItems items, else wide; exactly one of the two forms is used.
/// User and item indices are those of the whole table.
struct RatingChunk {
  std::vector<UserIndex> users;
  std::vector<std::uint32_t> compact;       ///< RatingStore::pack(item, code)
  std::vector<float> code_values;           ///< the value of each code of this chunk, in any order
  std::vector<RatingStore::WideEntry> wide;
  std::vector<std::int64_t> timestamps;     ///< one per rating, or empty

  std::size_t size() const noexcept { return users.size(); }
  bool is_compact() const noexcept { return wide.empty(); }
};

struct RatingTable::Impl {
  std::vector<RatingChunk> chunks;
  std::shared_ptr<const IdDictionary> users;
  std::shared_ptr<const IdDictionary> items;
};

}  // namespace mfpar
