// SPDX-License-Identifier: MIT
#include "text/chunk_builder.hpp"

#include <utility>

namespace mfpar {

void ChunkBuilder::begin(std::size_t expected) {
  codes_.clear();
  counts_.fill(0);
  chunk_ = {};
  is_wide_ = false;
  chunk_.compact.reserve(expected);
  if (keeps_timestamps_) chunk_.timestamps.reserve(expected);
}

RatingChunk ChunkBuilder::finish() {
  flush();
  if (!is_wide_) chunk_.code_values = codes_.values();
  return std::exchange(chunk_, {});
}

void ChunkBuilder::add(std::string_view user, std::string_view item, float value,
                       std::int64_t timestamp) {
  flush();
  user_indices_[0] = ids_.users.add(user);
  item_indices_[0] = ids_.items.add(item);
  values_[0] = value;
  codes_waiting_[0] = codes_.code_of(value);
  timestamps_[0] = timestamp;
  append(1);
}

void ChunkBuilder::flush() {
  const std::size_t count = std::exchange(waiting_, 0);
  for (std::size_t i = 0; i < count; ++i) user_indices_[i] = ids_.users.add(users_[i]);
  for (std::size_t i = 0; i < count; ++i) item_indices_[i] = ids_.items.add(items_[i]);
  append(count);
}

/// Appends the first `count` ratings of the batch, their ids looked up.
void ChunkBuilder::append(std::size_t count) {
  const bool fits = !codes_.has_overflowed() && ids_.items.size() <= RatingStore::kMaxCompactItems;
  if (!fits && !is_wide_) {
    chunk_.code_values = codes_.values();
    chunk_.widen();
    is_wide_ = true;
  }
  const std::uint32_t stride = count == kBatch ? 16 : 1;
  for (std::size_t i = 0; i < count; i += stride) counts_[codes_waiting_[i]] += stride;
  chunk_.users.append(std::span(user_indices_).first(count));
  if (keeps_timestamps_) {
    chunk_.timestamps.insert(chunk_.timestamps.end(), timestamps_.begin(),
                             timestamps_.begin() + count);
  }
  if (is_wide_) {
    for (std::size_t i = 0; i < count; ++i) chunk_.wide.push_back({item_indices_[i], values_[i]});
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    item_indices_[i] = RatingStore::pack(item_indices_[i], codes_waiting_[i]);
  }
  chunk_.compact.insert(chunk_.compact.end(), item_indices_.begin(), item_indices_.begin() + count);
}

}  // namespace mfpar
