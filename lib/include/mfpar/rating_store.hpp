// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
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
  /// An entry where 8 + 24 bits do not do: more than 256 distinct values or 2^24 items.
  struct WideEntry {
    ItemIndex item;
    float value;
  };

  /// A compact entry packs the item's index and the value's code into 32 bits.
  static constexpr int kCodeBits = 8;
  static constexpr std::size_t kMostValues = std::size_t{1} << kCodeBits;
  static constexpr std::size_t kMostCompactItems = std::size_t{1} << (32 - kCodeBits);
  static constexpr std::uint32_t pack(ItemIndex item, std::uint32_t code) {
    return (item << kCodeBits) | code;
  }
  static constexpr ItemIndex item_of(std::uint32_t entry) { return entry >> kCodeBits; }
  static constexpr std::uint32_t code_of(std::uint32_t entry) { return entry & (kMostValues - 1); }

  /// The arrays a store is made of. Exactly one of `compact` and `wide` is used (both empty for a
  /// store without ratings).
  struct Parts {
    std::shared_ptr<const IdDictionary> users;
    std::shared_ptr<const IdDictionary> items;
    FrozenArray<std::uint64_t> offsets;  ///< users + 1 positions
    FrozenArray<std::uint32_t> compact;  ///< pack(item, code), by user, ascending items
    FrozenArray<float> values;           ///< the value of each code, ascending; at most kMostValues
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

  ItemIndex item(std::uint64_t position) const noexcept {
    return is_compact() ? item_of(parts_.compact[position]) : parts_.wide[position].item;
  }
  float value(std::uint64_t position) const noexcept {
    return is_compact() ? parts_.values[code_of(parts_.compact[position])]
                        : parts_.wide[position].value;
  }

 private:
  Parts parts_;
  UserIndex users_ = 0;
  ItemIndex items_ = 0;
  std::uint64_t size_ = 0;
  std::vector<UserIndex> shards_;
};

/// Sorts a table into a store, merging duplicates, and frees the table's memory on the way (its
/// dictionaries too): at the peak there are 8 bytes a rating (12 where more than 256 distinct values
/// or 16 M items need the wide form; 8 more with timestamps) and a few megabytes. Throws Error(kBadData) for a
/// duplicate under Duplicates::kError, naming user, item and how many there are.
MFPAR_API RatingStore build_store(RatingTable&& table, const StoreOptions& options = {});

}  // namespace mfpar
