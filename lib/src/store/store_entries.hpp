// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/partition.hpp"
#include "store/rating_table_impl.hpp"
#include "store/records.hpp"
#include "store/value_table.hpp"

namespace mfpar {

/// What the ratings of a table's chunks become in a store: records with the store's item indices
/// and codes. Refers to the item indices it is given.
template <class Record>
class StoreEntries {
  using Entry = typename Record::Entry;

 public:
  /// `values` are those of the store, where it has codes.
  StoreEntries(std::span<const RatingChunk> chunks, std::span<const ItemIndex> item_index,
               std::span<const float> values)
      : item_index_(item_index) {
    if constexpr (kIsCompact<Record>) {
      codes_.resize(chunks.size());
      for (std::size_t c = 0; c < chunks.size(); ++c) {
        for (std::size_t code = 0; code < chunks[c].code_values.size(); ++code) {
          codes_[c][code] = static_cast<std::uint8_t>(code_in(values, chunks[c].code_values[code]));
        }
      }
    }
  }

  /// Calls body(record) for the ratings of chunk number `c` at `positions`, all of `user`.
  template <class Body>
  void for_each(const RatingChunk& chunk, std::size_t c, UserIndex user, Range positions,
                const Body& body) const {
    Record record;
    record.user = user;
    for (std::size_t at = positions.begin; at < positions.end; ++at) {
      record.entry = entry(chunk, c, at);
      if constexpr (kIsTimed<Record>) {
        record.timestamp = chunk.timestamps.empty() ? 0 : chunk.timestamps[at];
      }
      body(record);
    }
  }

 private:
  Entry entry(const RatingChunk& chunk, std::size_t c, std::size_t at) const {
    if constexpr (kIsCompact<Record>) {
      const std::uint32_t entry = chunk.compact[at];
      return RatingStore::pack(item_index_[RatingStore::item_of(entry)],
                               codes_[c][RatingStore::code_of(entry)]);
    } else {
      RatingStore::WideEntry entry;
      if (chunk.is_compact()) {
        entry.item = RatingStore::item_of(chunk.compact[at]);
        entry.value = chunk.code_values[RatingStore::code_of(chunk.compact[at])];
      } else {
        entry = chunk.wide[at];
      }
      // Adding zero makes a negative zero positive.
      return {item_index_[entry.item], entry.value + 0.0f};
    }
  }

  std::span<const ItemIndex> item_index_;
  std::vector<std::array<std::uint8_t, RatingStore::kMostValues>>
      codes_;  ///< of each chunk's codes
};

}  // namespace mfpar
