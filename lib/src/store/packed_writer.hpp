// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "io/section_stream.hpp"
#include "mfpar/packed_store.hpp"

namespace mfpar {

/// Writes a packed store from front to back: ids and values, then entries, then timestamps, then
/// the rest. Errors as of AtomicFile. Not synchronised.
class PackedWriter {
 public:
  /// `values` are those of the codes of compact entries; empty for wide ones.
  PackedWriter(const std::string& path, const IdDictionary& users, const IdDictionary& items,
               std::span<const float> values);

  /// Appends entries, all of one form, by user.
  void add(std::span<const RatingStore::CompactEntry> entries);
  void add(std::span<const RatingStore::WideEntry> entries);

  /// Appends timestamps, of all entries or none. REQUIRES: all entries are there.
  void add_timestamps(std::span<const std::int64_t> timestamps);

  /// What is known when all are there.
  struct Rest {
    std::span<const std::uint64_t> offsets;  ///< users + 1 positions
    std::span<const std::uint8_t> held_out;  ///< a bit a rating, or empty
    std::uint64_t held_out_count = 0;
    std::uint64_t duplicates = 0;
    PackedOrigin origin;
  };

  /// Completes the file and puts it in place.
  void commit(const Rest& rest);

 private:
  void begin_timestamps();

  SectionStream file_;
  std::optional<BlockedStream> blocks_;  ///< the section that is being written
  std::uint32_t entry_bytes_ = sizeof(RatingStore::CompactEntry);
  bool writes_timestamps_ = false;
  bool has_timestamps_ = false;
};

}  // namespace mfpar
