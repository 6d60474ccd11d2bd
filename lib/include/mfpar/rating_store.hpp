// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/frozen_array.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/rating_table.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// What to do with a user who rated an item more than once. "Last" is by order of arrival.
enum class Duplicates { kLast, kFirst, kMean, kError };

/// How a table becomes a store.
struct StoreOptions {
  Duplicates duplicates = Duplicates::kLast;

  /// Seeds the relabelling of users and items.
  std::uint64_t seed = 1;

  /// Threads to sort with; 0 is all cores. The result does not depend on it.
  int threads = 0;
};

/// Ratings sorted by user, and within a user by item, as compact rows: what training and evaluation
/// walk. Users and items carry indices from one seeded random permutation, so that walking users in
/// order is walking them at random and walking memory forwards. Every user belongs to exactly one
/// shard. Immutable; safe from any number of threads, copies share the memory.
class MFPAR_API RatingStore {
 public:
  /// A rating of a user in 4 bytes: the item's index and, in the lowest 8 bits, a code for the
  /// value.
  using CompactEntry = std::uint32_t;
  static constexpr int kCodeBits = 8;
  static constexpr std::size_t kMaxValues = std::size_t{1} << kCodeBits;
  static constexpr std::size_t kMaxCompactItems = std::size_t{1} << (32 - kCodeBits);
  static constexpr CompactEntry pack(ItemIndex item, std::uint32_t code) {
    return (item << kCodeBits) | code;
  }
  static constexpr std::uint32_t code_of(CompactEntry entry) { return entry & (kMaxValues - 1); }

  /// One where 24 + 8 bits do not do: more than 2^24 items or 256 distinct values.
  struct WideEntry {
    ItemIndex item;
    float value;
  };

  static constexpr ItemIndex item_of(CompactEntry entry) { return entry >> kCodeBits; }
  static constexpr ItemIndex item_of(const WideEntry& entry) { return entry.item; }

  /// `entry` with another item.
  static constexpr CompactEntry with_item(CompactEntry entry, ItemIndex item) {
    return pack(item, code_of(entry));
  }
  static constexpr WideEntry with_item(const WideEntry& entry, ItemIndex item) {
    return {item, entry.value};
  }

  template <class Entry>
  class Entries;

  /// Calls visitor(Entries) for ratings that are all of one form; the other span is empty.
  template <class Visitor>
  static decltype(auto) visit(std::span<const CompactEntry> compact,
                              std::span<const WideEntry> wide, std::span<const float> code_values,
                              const Visitor& visitor);

  /// The arrays a store is made of. Exactly one of `compact` and `wide` is used (both empty for a
  /// store without ratings).
  struct Parts {
    std::shared_ptr<const IdDictionary> users;
    std::shared_ptr<const IdDictionary> items;
    FrozenArray<std::uint64_t> offsets;  ///< users + 1 positions
    FrozenArray<CompactEntry> compact;   ///< by user, ascending items
    FrozenArray<float> values;           ///< the value of each code, ascending; at most kMaxValues
    FrozenArray<WideEntry> wide;
    FrozenArray<std::int64_t> timestamps;  ///< one per rating, or empty
    std::uint64_t duplicates = 0;          ///< ratings that were merged into another
  };

  RatingStore() = default;

  /// Cuts the shards: whole users, about the same number of ratings each, a number of them that
  /// does not depend on the threads.
  explicit RatingStore(Parts parts);

  UserIndex user_count() const noexcept { return users_; }
  ItemIndex item_count() const noexcept { return items_; }
  std::uint64_t size() const noexcept { return size_; }
  bool is_compact() const noexcept { return parts_.wide.empty(); }
  bool has_timestamps() const noexcept { return !parts_.timestamps.empty(); }
  const Parts& parts() const noexcept { return parts_; }

  /// The parts, for someone who wants their memory; leaves the store empty.
  Parts release() && { return std::exchange(*this, {}).parts_; }

  /// Positions of the ratings of `user`: [offsets()[user], offsets()[user + 1]).
  std::span<const std::uint64_t> offsets() const noexcept { return parts_.offsets.span(); }

  /// shards + 1 ascending user indices.
  std::span<const UserIndex> shard_boundaries() const noexcept { return shards_; }

  ItemIndex item(std::uint64_t position) const noexcept;
  float value(std::uint64_t position) const noexcept;

  /// Calls visitor(Entries) with all ratings, so that a loop asks for their form once and not for
  /// each.
  template <class Visitor>
  decltype(auto) visit(const Visitor& visitor) const {
    return visit(parts_.compact.span(), parts_.wide.span(), parts_.values.span(), visitor);
  }

  /// Calls body(item, value) for each rating at the positions [begin, end), in order.
  template <class Body>
  void for_each(std::uint64_t begin, std::uint64_t end, const Body& body) const;

 private:
  Parts parts_;
  UserIndex users_ = 0;
  ItemIndex items_ = 0;
  std::uint64_t size_ = 0;
  std::vector<UserIndex> shards_;
};

/// Sorts a table into a store, merging duplicates, and frees the table's memory on the way (its
/// dictionaries too): at the peak there are 8 bytes a rating (12 where more than 256 distinct
/// values or 16 M items need the wide form; 8 more with timestamps) and a few megabytes. Throws
/// Error(kBadData) for a duplicate under Duplicates::kError, naming user, item and how many there
/// are.
MFPAR_API RatingStore build_store(RatingTable&& table, const StoreOptions& options = {});

/// The same ratings with further users, or items: those of `ids` that the store does not have, in
/// their order, behind those that it has, which keep their indices. They have no ratings: a model
/// has a row for each, which says what its prior, or nothing, says. Throws Error(kBadData) when
/// there are more items than a compact store can hold.
MFPAR_API RatingStore with_ids(RatingStore ratings, Entity entity, const IdDictionary& ids);

/// Ratings as entries of one form, CompactEntry or WideEntry: the one place that decodes them.
/// Refers to memory of others; safe from any number of threads.
template <class Entry>
class RatingStore::Entries {
 public:
  /// `code_values`: the value of each code of compact entries.
  Entries(std::span<const Entry> entries, std::span<const float> code_values)
      : entries_(entries), code_values_(code_values) {}

  std::size_t size() const noexcept { return entries_.size(); }
  ItemIndex item(std::size_t position) const noexcept { return item_of(entries_[position]); }
  float value(std::size_t position) const noexcept {
    if constexpr (kIsCompact) {
      return code_values_[code_of(entries_[position])];
    } else {
      return entries_[position].value;
    }
  }

  /// Calls body(item, value) for each rating at [begin, end), in order.
  template <class Body>
  void for_each(std::size_t begin, std::size_t end, const Body& body) const {
    for (std::size_t at = begin; at < end; ++at) body(item(at), value(at));
  }

  /// Calls body(value, count) for the values at [begin, end): of compact entries once for each
  /// distinct one, in the order of the codes; of wide ones for one rating after the other.
  template <class Body>
  void for_each_value(std::size_t begin, std::size_t end, const Body& body) const {
    if constexpr (kIsCompact) {
      std::array<std::uint64_t, kMaxValues> counts{};
      for (std::size_t at = begin; at < end; ++at) ++counts[code_of(entries_[at])];
      for (std::size_t code = 0; code < code_values_.size(); ++code) {
        if (counts[code] > 0) body(code_values_[code], counts[code]);
      }
    } else {
      for (std::size_t at = begin; at < end; ++at) body(value(at), std::uint64_t{1});
    }
  }

 private:
  static constexpr bool kIsCompact = std::is_same_v<Entry, CompactEntry>;

  std::span<const Entry> entries_;
  std::span<const float> code_values_;
};

template <class Visitor>
decltype(auto) RatingStore::visit(std::span<const CompactEntry> compact,
                                  std::span<const WideEntry> wide,
                                  std::span<const float> code_values, const Visitor& visitor) {
  if (wide.empty()) return visitor(Entries<CompactEntry>(compact, code_values));
  return visitor(Entries<WideEntry>(wide, {}));
}

inline ItemIndex RatingStore::item(std::uint64_t position) const noexcept {
  return visit([&](const auto& entries) { return entries.item(position); });
}
inline float RatingStore::value(std::uint64_t position) const noexcept {
  return visit([&](const auto& entries) { return entries.value(position); });
}

template <class Body>
void RatingStore::for_each(std::uint64_t begin, std::uint64_t end, const Body& body) const {
  visit([&](const auto& entries) { entries.for_each(begin, end, body); });
}

}  // namespace mfpar
