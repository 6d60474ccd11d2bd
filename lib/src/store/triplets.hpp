// SPDX-License-Identifier: MIT
//
// Ratings on their way from a table into a store: user, item and value, the last two as the entry
// that the store will hold.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "base/partition.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/types.hpp"
#include "store/rating_table_impl.hpp"
#include "store/value_table.hpp"

namespace mfpar {

template <class StoreEntry>
struct Triplet {
  using Entry = StoreEntry;
  UserIndex user;
  Entry entry;
};

template <class StoreEntry>
struct TimedTriplet : Triplet<StoreEntry> {
  std::int64_t timestamp;
};

template <class T>
inline constexpr bool kIsTimed = std::is_same_v<T, TimedTriplet<typename T::Entry>>;

template <class T>
inline constexpr bool kIsCompact = std::is_same_v<typename T::Entry, RatingStore::CompactEntry>;

/// Makes triplets T of the ratings of a table's chunks, with the store's item indices and codes.
/// Refers to the chunks and item indices it is given. REQUIRES: compact triplets of compact chunks.
template <class T>
class TripletMaker {
  using Entry = typename T::Entry;

 public:
  /// `values` are those of the store, where it has codes.
  TripletMaker(std::span<const RatingChunk> chunks, std::span<const ItemIndex> item_index,
               std::span<const float> values)
      : item_index_(item_index) {
    if constexpr (kIsCompact<T>) {
      codes_.resize(chunks.size());
      for (std::size_t c = 0; c < chunks.size(); ++c) {
        for (std::size_t code = 0; code < chunks[c].code_values.size(); ++code) {
          codes_[c][code] = static_cast<std::uint8_t>(code_in(values, chunks[c].code_values[code]));
        }
      }
    }
  }

  /// Calls body(triplet) for the ratings of chunk number `c` at `positions`, all of `user`.
  template <class Body>
  void for_each(const RatingChunk& chunk, std::size_t c, UserIndex user, Range positions,
                const Body& body) const {
    const auto make = [&](const auto& entry_at) {
      T triplet;
      triplet.user = user;
      for (std::size_t at = positions.begin; at < positions.end; ++at) {
        triplet.entry = entry_at(at);
        if constexpr (kIsTimed<T>) {
          triplet.timestamp = chunk.timestamps.empty() ? 0 : chunk.timestamps[at];
        }
        body(triplet);
      }
    };
    if constexpr (kIsCompact<T>) {
      make([&](std::size_t at) {
        const Entry entry = chunk.compact[at];
        return RatingStore::pack(item_index_[RatingStore::item_of(entry)],
                                 codes_[c][RatingStore::code_of(entry)]);
      });
    } else {
      chunk.visit([&](const auto& entries) {
        make([&](std::size_t at) {
          // Adding zero makes a negative zero positive.
          return Entry{item_index_[entries.item(at)], entries.value(at) + 0.0f};
        });
      });
    }
  }

 private:
  std::span<const ItemIndex> item_index_;
  /// The store's codes for those of each chunk.
  std::vector<std::array<std::uint8_t, RatingStore::kMaxValues>> codes_;
};

/// The rows of consecutive users of a store, one behind the other.
template <class Entry>
struct Rows {
  UserIndex first_user = 0;
  std::span<std::uint64_t> counts;  ///< ratings of each user
  std::span<Entry> entries;
  std::span<std::int64_t> timestamps;  ///< empty where there are none
};

}  // namespace mfpar
