// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string_view>

#include "mfpar/export.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// One rating in the terms of a table or store: indices, value, and the timestamp (0 when there is
/// none).
struct Rating {
  UserIndex user = 0;
  ItemIndex item = 0;
  float value = 0.0f;
  std::int64_t timestamp = 0;
};

/// Ratings in the order in which they came, duplicates included: what a file holds, before it is
/// sorted into a RatingStore. Indices are dense, in order of first appearance. Takes 4 bytes a
/// rating while a chunk of the table has at most 256 distinct values and 16 M items, 8 otherwise; 4
/// more where users do not come in runs of some 16 ratings, and 8 more with timestamps. Safe to
/// read from many threads; add() needs the table for itself. A table that was moved from can only
/// be assigned to.
class MFPAR_API RatingTable {
 public:
  RatingTable();
  ~RatingTable();
  RatingTable(RatingTable&&) noexcept;
  RatingTable& operator=(RatingTable&&) noexcept;

  /// Appends a rating. Throws Error(kBadData) when `value` is not finite or an id is empty.
  /// Timestamps are kept once one other than 0 was given.
  void add(std::string_view user_id, std::string_view item_id, float value,
           std::int64_t timestamp = 0);

  std::uint64_t size() const noexcept;
  bool has_timestamps() const noexcept;

  /// The rating at `position` in order of arrival; its timestamp is 0 where none is kept. Looks
  /// through the chunks of the table, of about a million ratings each: to read all, iterate.
  /// REQUIRES: position < size().
  Rating at(std::uint64_t position) const;

  class Iterator;

  /// All ratings in order of arrival: for (const Rating& rating : table).
  Iterator begin() const;
  std::default_sentinel_t end() const noexcept { return {}; }

  /// Ids in order of first appearance. The first call after an add() builds both dictionaries anew,
  /// which takes time linear in their ids.
  std::shared_ptr<const IdDictionary> users() const;
  std::shared_ptr<const IdDictionary> items() const;

  struct MFPAR_HIDDEN Impl;  // lib/src/store/rating_table_impl.hpp
  const Impl& impl() const noexcept { return *impl_; }
  Impl& impl() noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Reads a table that nobody adds to meanwhile.
class MFPAR_API RatingTable::Iterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using value_type = Rating;
  using difference_type = std::ptrdiff_t;

  explicit Iterator(const RatingTable& table);

  const Rating& operator*() const noexcept { return rating_; }
  Iterator& operator++();
  void operator++(int) { ++*this; }
  bool operator==(std::default_sentinel_t) const noexcept { return at_end_; }

 private:
  void read();

  const Impl* table_;
  std::size_t chunk_ = 0, position_ = 0;  ///< in the table, and in the chunk
  std::size_t run_ = 0;                   ///< of ratings of one user in the chunk
  bool at_end_ = false;
  Rating rating_;
};

inline RatingTable::Iterator RatingTable::begin() const { return Iterator(*this); }

}  // namespace mfpar
