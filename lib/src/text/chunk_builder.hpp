// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "store/rating_table_impl.hpp"
#include "text/value_codes.hpp"

namespace mfpar {

/// Fills a RatingChunk, and turns it wide when the compact form will not do. Ratings whose ids are
/// plain integers wait in a batch: looking ids up in one tight loop hides what each look-up waits
/// for memory, which costs more than all the parsing. Not synchronised.
class ChunkBuilder {
 public:
  /// `ids` take the ids; `keeps_timestamps` as ReadOptions::timestamps.
  ChunkBuilder(GrowingIds& ids, bool keeps_timestamps)
      : ids_(ids), keeps_timestamps_(keeps_timestamps) {}

  /// Begins a chunk of about `expected` ratings.
  void begin(std::size_t expected);

  /// The chunk; the builder is empty then.
  RatingChunk finish();

  ValueCodes& codes() noexcept { return codes_; }

  /// About how many ratings of the chunk have each of codes().values(), before these were too many:
  /// some stand for others, so that counting costs nothing. REQUIRES: finish() was called for the
  /// chunk, and begin() not for the next.
  std::span<const std::uint32_t> counts() const noexcept {
    return std::span(counts_).first(codes_.values().size());
  }

  /// Adds a rating whose ids are canonical integers.
  void add(std::int64_t user, std::int64_t item, const ValueCodes::Known& value,
           std::int64_t timestamp) {
    users_[waiting_] = user;
    items_[waiting_] = item;
    values_[waiting_] = value.value;
    codes_waiting_[waiting_] = value.code;
    timestamps_[waiting_] = timestamp;
    if (++waiting_ == kBatch) flush();
  }

  /// Adds a rating whose ids are any text.
  void add(std::string_view user, std::string_view item, float value, std::int64_t timestamp);

 private:
  static constexpr std::size_t kBatch = 512;

  void flush();
  void append(std::size_t count);

  GrowingIds& ids_;
  bool keeps_timestamps_;
  bool is_wide_ = false;  // the chunk, though it may still be empty
  RatingChunk chunk_;
  ValueCodes codes_;
  std::array<std::uint32_t, ValueCodes::kNoCode + 1> counts_{};

  // The batch.
  std::size_t waiting_ = 0;
  std::array<std::int64_t, kBatch> users_;
  std::array<std::int64_t, kBatch> items_;
  std::array<std::int64_t, kBatch> timestamps_;
  std::array<float, kBatch> values_;
  std::array<std::uint32_t, kBatch> codes_waiting_;
  std::array<std::uint32_t, kBatch> user_indices_;
  std::array<std::uint32_t, kBatch> item_indices_;
};

}  // namespace mfpar
