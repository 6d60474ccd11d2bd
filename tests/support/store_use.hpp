// SPDX-License-Identifier: MIT
//
// A packed store, used in all ways; and taken apart and put together with checksums that fit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/parallel.hpp"
#include "mfpar/packed_store.hpp"
#include "mfpar/rating_table.hpp"
#include "section_file.hpp"
#include "store/packed_table.hpp"

namespace mfpar::tests {

/// All that a store tells of ratings.
struct StoreContents {
  std::vector<std::string> lines;  ///< user, item, value, timestamp, by position
  std::uint64_t duplicates = 0;
  std::uint64_t held_out = 0;

  friend bool operator==(const StoreContents&, const StoreContents&) = default;
};

/// Loads the store, each part of a split, and it as a table. Throws as PackedStore.
inline StoreContents all_of(const PackedStore& packed) {
  StoreContents all;
  all.duplicates = packed.duplicates();
  all.held_out = packed.held_out();
  const RatingStore store = packed.load(true, 1);
  const auto times = store.parts().timestamps.span();
  for (UserIndex user = 0; user < store.user_count(); ++user) {
    for (auto at = store.offsets()[user]; at < store.offsets()[user + 1]; ++at) {
      all.lines.push_back(
          store.parts().users->id(user) + ' ' + store.parts().items->id(store.item(at)) + ' ' +
          std::to_string(store.value(at)) + ' ' + (times.empty() ? "" : std::to_string(times[at])));
    }
  }
  if (packed.held_out() > 0) {
    const SplitResult parts = packed.load_split(true, 1);
    for (std::uint64_t i = 0; i < parts.validation.size(); ++i) {
      all.lines.push_back(std::to_string(parts.validation.item(i)));
    }
  }
  const Workers workers(1);
  const RatingTable table = packed_table(packed, PackedPart::kAll, true, workers);
  for (std::uint64_t i = 0; i < table.size(); ++i) {
    const Rating rating = table.at(i);
    all.lines.push_back(table.users()->id(rating.user) + ' ' + table.items()->id(rating.item));
  }
  return all;
}

/// The file, in which the checksums of blocks are those of the blocks.
inline std::string with_block_checksums(SectionFile parts) {
  for (const auto& name : {"entries", "timestamps", "held_out"}) {
    const SectionFile::Section* const blocked = parts.find(name);
    SectionFile::Section* const checksums = parts.find(std::string(name) + ".blocks");
    if (blocked == nullptr || checksums == nullptr) continue;
    const auto bytes = std::as_bytes(std::span(blocked->bytes));
    checksums->bytes.clear();
    for (std::size_t at = 0; at < bytes.size(); at += kSectionBlock) {
      const std::uint64_t sum =
          checksum(bytes.subspan(at, std::min(kSectionBlock, bytes.size() - at)));
      checksums->bytes.append(reinterpret_cast<const char*>(&sum), sizeof sum);
    }
  }
  return parts.bytes();
}

}  // namespace mfpar::tests
