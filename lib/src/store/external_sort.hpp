// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "io/spill_file.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/packed_store.hpp"
#include "mfpar/rating_store.hpp"
#include "store/rating_table_impl.hpp"
#include "store/sort_into_store.hpp"

namespace mfpar {

/// Makes a packed store of the chunks of a table in bounded memory. They stay in memory for as long
/// as they fit there; else they go to a temporary file, from there to one portion of users each, as
/// many users as can be sorted in memory, and portion by portion to the store. What is written does
/// not depend on the memory or the threads. Beside the portion there are, whatever the bound, the
/// ids with some tables by user (about 100 bytes an id) and a bit a rating where some are held out.
/// Not synchronised.
class ExternalSort {
 public:
  /// `memory`, in bytes, is for all of that; `folder` is where temporary files are made.
  ExternalSort(std::uint64_t memory, std::string folder, const Workers& workers);

  /// Adds chunks, whose indices are those of the table, which has `ids` users and items so far.
  void add(std::vector<RatingChunk> chunks, std::uint64_t ids);

  std::uint64_t ratings() const noexcept { return ratings_; }

  /// Bytes that went through temporary files.
  std::uint64_t spilled() const noexcept { return spilled_; }

  /// Called with the ratings that were sorted and all of them.
  using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

  /// Writes the store at `path`, and leaves nothing behind. Throws Error(kBadData) for duplicates
  /// under Duplicates::kError, Error(kSystem).
  void write(const std::string& path, const IdDictionary& users, const IdDictionary& items,
             const PackedOrigin& origin, const HoldOut& hold_out, const Progress& progress);

 private:
  using Places = std::vector<Spilled>;

  std::uint64_t bytes_a_rating() const;
  std::uint64_t bytes_for(std::uint64_t ids) const;
  void spill_all();
  std::vector<UserIndex> cut_portions(const StoreIndices& indices) const;
  std::vector<Places> scatter(const StoreIndices& indices, const std::vector<UserIndex>& portions);
  SortedRows sort(const Places& places, UserIndex first, UserIndex end, const StoreIndices& indices,
                  Duplicates duplicates) const;
  void add_means(const std::vector<Places>& places, const std::vector<UserIndex>& portions,
                 const StoreIndices& indices);

  std::uint64_t memory_;
  std::string folder_;
  const Workers& workers_;
  std::vector<RatingChunk> chunks_;  ///< in memory
  std::optional<SpillFile> file_;    ///< of those that are not, `places_` in order of arrival
  Places places_;
  std::vector<std::uint32_t> counts_;  ///< ratings of each user of the table that were spilled
  StoreForm form_;
  std::uint64_t ratings_ = 0;
  std::uint64_t spilled_ = 0;
};

}  // namespace mfpar
