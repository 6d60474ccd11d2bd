// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mf-data/rating_writer.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar::apps {

/// Puts the ratings of stores into an order near that of the file they were read from: users as
/// they appear in it, and each user's ratings by time, or as their items appear in the file where
/// there are no timestamps. Immutable.
class FileOrder {
 public:
  /// `users` and `items` are those of the file's table, `ratings` a store that was built from it.
  FileOrder(const IdDictionary& users, const IdDictionary& items, const RatingStore& ratings);

  /// Writes all ratings of a store with the same indices as the constructor's.
  void write(const RatingStore& ratings, RatingWriter& writer) const;

 private:
  std::vector<UserIndex> users_;           // the store's indices in order of the file
  std::vector<std::uint32_t> item_order_;  // of each item of the store
};

}  // namespace mfpar::apps
