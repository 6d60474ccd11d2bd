// SPDX-License-Identifier: MIT
#include "mfpar/rating_table.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>
#include <utility>

#include "mfpar/error.hpp"
#include "store/rating_table_impl.hpp"

namespace mfpar {

namespace {

/// The code of `value` in a compact chunk, a new one if need be and there is one left.
std::uint32_t code_for(RatingChunk& chunk, float value) {
  auto& values = chunk.code_values;
  const auto found = std::find(values.begin(), values.end(), value);
  const auto code = static_cast<std::uint32_t>(found - values.begin());
  if (code == RatingChunk::kNoCode) return code;
  if (found == values.end()) values.push_back(value);
  return code;
}

void append(std::vector<RatingChunk>& chunks, const Rating& rating) {
  // Once a chunk was too varied for codes the store will be wide whatever follows.
  const bool was_wide = !chunks.empty() && !chunks.back().is_compact();
  if (chunks.empty() || chunks.back().size() >= RatingChunk::kFull) chunks.emplace_back();
  std::uint32_t code = RatingChunk::kNoCode;
  if (!was_wide) {
    if (rating.item < RatingStore::kMaxCompactItems) code = code_for(chunks.back(), rating.value);
    if (code == RatingChunk::kNoCode && chunks.back().size() > 0) chunks.emplace_back();
  }
  chunks.back().add(rating, code);
}

}  // namespace

void RatingChunk::add(const Rating& rating, std::uint32_t code) {
  if (rating.timestamp != 0 || !timestamps.empty()) {
    timestamps.resize(size(), 0);
    timestamps.push_back(rating.timestamp);
  }
  if (code == kNoCode) {
    wide.push_back({rating.item, rating.value});
  } else {
    compact.push_back(RatingStore::pack(rating.item, code));
  }
  users.push_back(rating.user);
}

void RatingChunk::widen() {
  std::vector<RatingStore::WideEntry> widened;
  widened.reserve(size());
  visit([&](const auto& entries) {
    entries.for_each(0, entries.size(), [&](ItemIndex item, float value) {
      widened.push_back({item, value});
    });
  });
  wide = std::move(widened);
  compact = {};
  code_values = {};
}

std::uint64_t RatingTable::Impl::size() const noexcept {
  std::uint64_t size = 0;
  for (const RatingChunk& chunk : chunks) size += chunk.size();
  return size;
}

void RatingTable::Impl::freeze() {
  const std::lock_guard lock(freezing);
  if (!growing) return;
  users = std::make_shared<const IdDictionary>(std::move(growing->users).build());
  items = std::make_shared<const IdDictionary>(std::move(growing->items).build());
  growing.reset();
}

RatingTable::RatingTable() : impl_(std::make_unique<Impl>()) {}
RatingTable::~RatingTable() = default;
RatingTable::RatingTable(RatingTable&&) noexcept = default;
RatingTable& RatingTable::operator=(RatingTable&&) noexcept = default;

void RatingTable::add(std::string_view user_id, std::string_view item_id, float value,
                      std::int64_t timestamp) {
  if (user_id.empty() || item_id.empty()) {
    throw Error(ErrorCode::kBadData, "rating " + std::to_string(size() + 1) + " has an empty " +
                                         (user_id.empty() ? "user" : "item") +
                                         " id; every rating needs a user and an item");
  }
  if (!std::isfinite(value)) {
    throw Error(ErrorCode::kBadData, "rating " + std::to_string(size() + 1) + ", of user \"" +
                                         std::string(user_id) + "\" for item \"" +
                                         std::string(item_id) + "\", is " + std::to_string(value) +
                                         "; a finite number was expected");
  }
  if (!impl_->growing) {
    impl_->growing = std::make_unique<GrowingIds>(
        GrowingIds{IdBuilder(*impl_->users), IdBuilder(*impl_->items)});
    impl_->users = nullptr;
    impl_->items = nullptr;
  }
  // Adding zero makes a negative zero positive: one value, one code.
  append(impl_->chunks, {impl_->growing->users.add(user_id), impl_->growing->items.add(item_id),
                         value + 0.0f, timestamp});
}

std::uint64_t RatingTable::size() const noexcept { return impl_->size(); }

bool RatingTable::has_timestamps() const noexcept {
  return std::any_of(impl_->chunks.begin(), impl_->chunks.end(),
                     [](const RatingChunk& chunk) { return !chunk.timestamps.empty(); });
}

Rating RatingTable::at(std::uint64_t position) const {
  auto chunk = impl_->chunks.begin();
  while (position >= chunk->size()) {
    position -= chunk->size();
    ++chunk;
    assert(chunk != impl_->chunks.end());
  }
  Rating rating;
  rating.user = chunk->users[position];
  chunk->visit([&](const auto& entries) {
    rating.item = entries.item(position);
    rating.value = entries.value(position);
  });
  if (!chunk->timestamps.empty()) rating.timestamp = chunk->timestamps[position];
  return rating;
}

RatingTable::Iterator::Iterator(const RatingTable& table) : table_(&table.impl()) { read(); }

RatingTable::Iterator& RatingTable::Iterator::operator++() {
  ++position_;
  read();
  return *this;
}

void RatingTable::Iterator::read() {
  const auto& chunks = table_->chunks;
  while (chunk_ < chunks.size() && position_ >= chunks[chunk_].size()) {
    ++chunk_;
    position_ = run_ = 0;
  }
  at_end_ = chunk_ == chunks.size();
  if (at_end_) return;
  const RatingChunk& chunk = chunks[chunk_];
  const UserColumn& users = chunk.users;
  if (users.has_runs()) {
    while (position_ >= users.ends()[run_]) ++run_;
    rating_.user = users.users()[run_];
  } else {
    rating_.user = users.users()[position_];
  }
  chunk.visit([&](const auto& entries) {
    rating_.item = entries.item(position_);
    rating_.value = entries.value(position_);
  });
  rating_.timestamp = chunk.timestamps.empty() ? 0 : chunk.timestamps[position_];
}

std::shared_ptr<const IdDictionary> RatingTable::users() const {
  impl_->freeze();
  return impl_->users;
}

std::shared_ptr<const IdDictionary> RatingTable::items() const {
  impl_->freeze();
  return impl_->items;
}

}  // namespace mfpar
