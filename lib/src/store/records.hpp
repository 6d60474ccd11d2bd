// SPDX-License-Identifier: MIT
//
// Ratings on their way from a table into a store: a user and what the store will hold of the
// rating.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "mfpar/rating_store.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

struct CompactRecord {
  using Entry = std::uint32_t;
  UserIndex user;
  Entry entry;
};

struct WideRecord {
  using Entry = RatingStore::WideEntry;
  UserIndex user;
  Entry entry;
};

template <class Record>
struct TimedRecord : Record {
  std::int64_t timestamp;
};

template <class Record>
inline constexpr bool kIsTimed = requires(Record record) {
  record.timestamp;
};

template <class Record>
inline constexpr bool kIsCompact = std::is_same_v<typename Record::Entry, std::uint32_t>;

inline ItemIndex item_of(std::uint32_t entry) { return RatingStore::item_of(entry); }
inline ItemIndex item_of(const RatingStore::WideEntry& entry) { return entry.item; }

/// The rows of consecutive users of a store, one behind the other.
template <class Entry>
struct Rows {
  UserIndex first_user = 0;
  std::span<std::uint64_t> counts;  ///< ratings of each user
  std::span<Entry> entries;
  std::span<std::int64_t> timestamps;  ///< empty where there are none
};

}  // namespace mfpar
