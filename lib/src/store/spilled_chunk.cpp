// SPDX-License-Identifier: MIT
#include "store/spilled_chunk.hpp"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace mfpar {

namespace {

/// How many of each array a chunk has; they follow in this order.
struct ChunkSizes {
  std::uint64_t has_runs;
  std::uint64_t users;
  std::uint64_t ends;
  std::uint64_t compact;
  std::uint64_t code_values;
  std::uint64_t wide;
  std::uint64_t timestamps;
};

template <class T>
void put(std::byte*& to, std::span<const T> values) {
  if (!values.empty()) std::memcpy(to, values.data(), values.size_bytes());
  to += values.size_bytes();
}

template <class T>
std::vector<T> take(const std::byte*& from, std::uint64_t count) {
  std::vector<T> values(count);
  if (count > 0) std::memcpy(values.data(), from, count * sizeof(T));
  from += count * sizeof(T);
  return values;
}

}  // namespace

Spilled spill(const RatingChunk& chunk, SpillFile& file) {
  const auto users = chunk.users.users();
  const auto ends = chunk.users.ends();
  const ChunkSizes sizes{chunk.users.has_runs(),
                         users.size(),
                         ends.size(),
                         chunk.compact.size(),
                         chunk.code_values.size(),
                         chunk.wide.size(),
                         chunk.timestamps.size()};
  std::vector<std::byte> bytes(
      sizeof sizes + users.size_bytes() + ends.size_bytes() +
      std::span(chunk.compact).size_bytes() + std::span(chunk.code_values).size_bytes() +
      std::span(chunk.wide).size_bytes() + std::span(chunk.timestamps).size_bytes());
  std::byte* to = bytes.data();
  put(to, std::span(&sizes, 1));
  put(to, users);
  put(to, ends);
  put(to, std::span(chunk.compact));
  put(to, std::span(chunk.code_values));
  put(to, std::span(chunk.wide));
  put(to, std::span(chunk.timestamps));
  assert(to == bytes.data() + bytes.size());
  return file.append(bytes);
}

RatingChunk read_chunk(const SpillFile& file, const Spilled& place) {
  std::vector<std::byte> bytes(place.size);
  file.read(place, bytes);
  const std::byte* from = bytes.data();
  const ChunkSizes sizes = take<ChunkSizes>(from, 1)[0];
  RatingChunk chunk;
  auto users = take<UserIndex>(from, sizes.users);
  auto ends = take<std::uint32_t>(from, sizes.ends);
  chunk.users = UserColumn(sizes.has_runs != 0, std::move(users), std::move(ends));
  chunk.compact = take<RatingStore::CompactEntry>(from, sizes.compact);
  chunk.code_values = take<float>(from, sizes.code_values);
  chunk.wide = take<RatingStore::WideEntry>(from, sizes.wide);
  chunk.timestamps = take<std::int64_t>(from, sizes.timestamps);
  return chunk;
}

}  // namespace mfpar
