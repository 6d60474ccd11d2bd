// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/parallel.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/types.hpp"
#include "store/rating_table_impl.hpp"

namespace mfpar {

/// The users and items of a store, and what the indices of a table become there.
struct StoreIndices {
  std::shared_ptr<const IdDictionary> users;
  std::shared_ptr<const IdDictionary> items;
  std::vector<UserIndex> user_index;  ///< by the table's index
  std::vector<ItemIndex> item_index;
};

/// Gives the users and items of a table the random order that `seed` stands for.
StoreIndices shuffled(const IdDictionary& users, const IdDictionary& items, std::uint64_t seed,
                      const Workers& workers);

/// The form in which ratings are stored: what all chunks of a table need.
struct StoreForm {
  bool is_wide = false;
  bool has_timestamps = false;
  std::vector<float> values;  ///< of the codes, ascending; of no meaning for wide entries

  void add(const RatingChunk& chunk);
};

/// Where the indices of a table lead that is sorted into the rows of consecutive users.
struct RowIndices {
  std::span<const UserIndex> user_index;  ///< by the table's index
  UserIndex first_user = 0;
  UserIndex users = 0;
  std::span<const ItemIndex> item_index;
  ItemIndex items = 0;
};

/// What was found more than once.
struct FoundDuplicates {
  std::uint64_t merged = 0;  ///< ratings that were merged into another
  std::uint64_t pairs = 0;   ///< (user, item) pairs that stood more than once
  UserIndex user = 0;        ///< the first such pair
  ItemIndex item = 0;
};

/// Throws the Error(kBadData) of Duplicates::kError.
[[noreturn]] void refuse_duplicates(const FoundDuplicates& found, const IdDictionary& users,
                                    const IdDictionary& items);

/// The rows of consecutive users.
struct SortedRows {
  std::vector<std::uint64_t> offsets;  ///< users + 1 positions
  FrozenArray<RatingStore::CompactEntry> compact;
  FrozenArray<RatingStore::WideEntry> wide;
  FrozenArray<std::int64_t> timestamps;
  std::vector<float> values;  ///< of the codes: those of the form, and means
  FoundDuplicates duplicates;
};

/// Sorts `chunks`, whose users are all among those of `indices`, into rows, and frees them on the
/// way. Means for which there are no codes left make rows wide whose form is not. Duplicates are
/// counted, not merged, under Duplicates::kError. The result depends on neither the threads nor
/// where chunks end.
SortedRows sort_rows(std::vector<RatingChunk> chunks, const StoreForm& form,
                     const RowIndices& indices, Duplicates duplicates, const Workers& workers);

/// Sorts `chunks` into a store and frees them on the way. Throws Error(kBadData) for a duplicate
/// under Duplicates::kError.
RatingStore sort_into_store(std::vector<RatingChunk> chunks, const StoreIndices& indices,
                            Duplicates duplicates, const Workers& workers);

}  // namespace mfpar
