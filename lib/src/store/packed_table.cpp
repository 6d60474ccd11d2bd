// SPDX-License-Identifier: MIT
#include "store/packed_table.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "store/rating_table_impl.hpp"

namespace mfpar {

namespace {

/// The index of first appearance of each index of a store; see shuffled() in build_store.cpp.
std::vector<std::uint32_t> first_indices(std::uint32_t count, std::uint64_t seed, SeedUse use) {
  const RandomPermutation permutation(count, derive_seed(seed, use));
  std::vector<std::uint32_t> indices(count);
  for (std::uint32_t i = 0; i < count; ++i) indices[permutation(i)] = i;
  return indices;
}

/// Fills the chunks of a table from a packed store.
class ChunkReader {
 public:
  ChunkReader(const PackedStore& packed, PackedPart part, bool with_timestamps,
              std::vector<UserIndex> users, std::vector<ItemIndex> items)
      : packed_(packed),
        part_(part),
        with_timestamps_(with_timestamps && packed.has_timestamps()),
        users_(std::move(users)),
        items_(std::move(items)) {}

  const std::vector<UserIndex>& users() const { return users_; }
  const std::vector<ItemIndex>& items() const { return items_; }

  RatingChunk read(Range positions) const {
    RatingChunk chunk;
    std::vector<bool> wanted = find_wanted(positions);
    if (packed_.is_compact()) {
      const auto values = packed_.values().span();
      chunk.code_values.assign(values.begin(), values.end());
      read_entries(positions, wanted, chunk.compact);
    } else {
      read_entries(positions, wanted, chunk.wide);
    }
    if (with_timestamps_) {
      chunk.timestamps.resize(positions.size());
      packed_.read_timestamps(positions.begin, chunk.timestamps);
      keep(wanted, chunk.timestamps);
    }
    add_users(positions, wanted, chunk.users);
    return chunk;
  }

 private:
  /// Which of the ratings are in the part; empty where all are.
  std::vector<bool> find_wanted(Range positions) const {
    if (part_ == PackedPart::kAll) return {};
    std::vector<std::uint8_t> held_out(positions.size());
    packed_.read_held_out(positions.begin, held_out);
    std::vector<bool> wanted(positions.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      wanted[i] = (held_out[i] != 0) == (part_ == PackedPart::kHeldOut);
    }
    return wanted;
  }

  template <class T>
  static void keep(const std::vector<bool>& wanted, std::vector<T>& all) {
    if (wanted.empty()) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (wanted[i]) all[kept++] = all[i];
    }
    all.resize(kept);
  }

  template <class Entry>
  void read_entries(Range positions, const std::vector<bool>& wanted,
                    std::vector<Entry>& entries) const {
    entries.resize(positions.size());
    packed_.read(positions.begin, std::span(entries));
    keep(wanted, entries);
    for (Entry& entry : entries) {
      entry = RatingStore::with_item(entry, items_[RatingStore::item_of(entry)]);
    }
  }

  void add_users(Range positions, const std::vector<bool>& wanted, UserColumn& users) const {
    const auto offsets = packed_.offsets().span();
    const auto after = std::upper_bound(offsets.begin(), offsets.end(), positions.begin);
    auto user = static_cast<UserIndex>(after - offsets.begin() - 1);
    for (std::size_t at = positions.begin; at < positions.end; ++user) {
      const std::size_t end = std::min<std::size_t>(offsets[user + 1], positions.end);
      for (; at < end; ++at) {
        if (wanted.empty() || wanted[at - positions.begin]) users.push_back(users_[user]);
      }
    }
  }

  const PackedStore& packed_;
  PackedPart part_;
  bool with_timestamps_;
  std::vector<UserIndex> users_;
  std::vector<ItemIndex> items_;
};

}  // namespace

RatingTable packed_table(const PackedStore& packed, PackedPart part, bool with_timestamps,
                         const Workers& workers) {
  const std::uint64_t seed = packed.origin().seed;
  const ChunkReader reader(packed, part, with_timestamps,
                           first_indices(packed.user_count(), seed, SeedUse::kRelabelUsers),
                           first_indices(packed.item_count(), seed, SeedUse::kRelabelItems));
  RatingTable table;
  auto& chunks = table.impl().chunks;
  chunks.resize((packed.size() + RatingChunk::kFull - 1) / RatingChunk::kFull);
  workers.for_each(chunks.size(), [&](std::size_t c) {
    const std::size_t begin = c * RatingChunk::kFull;
    chunks[c] =
        reader.read({begin, std::min<std::size_t>(begin + RatingChunk::kFull, packed.size())});
  });
  std::erase_if(chunks, [](const RatingChunk& chunk) { return chunk.size() == 0; });
  table.impl().users =
      std::make_shared<const IdDictionary>(packed.users()->relabelled(reader.users()));
  table.impl().items =
      std::make_shared<const IdDictionary>(packed.items()->relabelled(reader.items()));
  return table;
}

}  // namespace mfpar
