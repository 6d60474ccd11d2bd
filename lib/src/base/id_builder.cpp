// SPDX-License-Identifier: MIT
#include "base/id_builder.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <charconv>
#include <limits>
#include <span>
#include <utility>

#include "base/id_hash.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

// The direct table is what makes dense ids fast. It may take 16 MB, and no more than 64 bytes an id
// beyond the first few thousand entries.
constexpr std::uint64_t kMaxDirect = std::uint64_t{1} << 22;
constexpr std::uint64_t kFreeDirect = std::uint64_t{1} << 12;
constexpr std::uint64_t kDirectPerId = 16;

/// The decimal digits of a 64-bit integer, without allocating.
class Digits {
 public:
  explicit Digits(std::int64_t number)
      : end_(std::to_chars(buffer_, buffer_ + sizeof buffer_, number).ptr) {}
  std::string_view view() const { return {buffer_, static_cast<std::size_t>(end_ - buffer_)}; }

 private:
  char buffer_[std::numeric_limits<std::int64_t>::digits10 + 2];
  char* end_;
};

/// The slots of a dictionary whose id i hashes to hash(i).
template <class Hash>
std::vector<std::uint32_t> make_slots(std::uint32_t count, const Hash& hash) {
  std::vector<std::uint32_t> slots(slots_for(count), kNoIndex);
  const std::size_t mask = slots.size() - 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::size_t slot = hash(i) & mask;
    while (slots[slot] != kNoIndex) slot = (slot + 1) & mask;
    slots[slot] = i;
  }
  return slots;
}

}  // namespace

std::uint32_t IdBuilder::add(std::string_view id) {
  if (is_integer_) {
    if (const auto integer = canonical_integer(id)) return add(*integer);
    become_text();
  }
  return add_text(id);
}

std::uint32_t IdBuilder::add_elsewhere(std::int64_t id) {
  if (!is_integer_) return add_text(Digits(id).view());
  const auto key = static_cast<std::uint64_t>(id);
  std::size_t slot = 0;
  if (key >= direct_.size()) {
    grow_slots();
    const std::size_t mask = slots_.size() - 1;
    for (slot = hash_id(id) & mask; slots_[slot].index != kNoIndex; slot = (slot + 1) & mask) {
      if (slots_[slot].key == key) return slots_[slot].index;
    }
  }
  const std::uint32_t index = new_index();
  integers_.push_back(id);
  if (key < direct_.size() || grow_direct(key)) {
    direct_[key] = index;
  } else {
    slots_[slot] = {key, index};
    ++slots_used_;
  }
  return index;
}

std::uint32_t IdBuilder::add_text(std::string_view id) {
  grow_slots();
  const std::uint64_t hash = hash_id(id);
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  for (; slots_[slot].index != kNoIndex; slot = (slot + 1) & mask) {
    if (slots_[slot].key == hash && text(slots_[slot].index) == id) return slots_[slot].index;
  }
  const std::uint32_t index = new_index();
  text_.insert(text_.end(), id.begin(), id.end());
  text_offsets_.push_back(text_.size());
  slots_[slot] = {hash, index};
  ++slots_used_;
  return index;
}

std::uint32_t IdBuilder::new_index() {
  if (size_ == kNoIndex) {
    throw Error(ErrorCode::kBadData,
                "there are more than 4294967295 different ids; split the ratings");
  }
  return size_++;
}

/// Makes room for one more slot.
void IdBuilder::grow_slots() {
  if (2 * (slots_used_ + 1) < slots_.size()) return;
  const std::vector<Slot> old =
      std::exchange(slots_, std::vector<Slot>(slots_for(2 * slots_used_ + 8)));
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& moved : old) {
    if (moved.index == kNoIndex) continue;
    const std::uint64_t hash =
        is_integer_ ? hash_id(static_cast<std::int64_t>(moved.key)) : moved.key;
    std::size_t slot = hash & mask;
    while (slots_[slot].index != kNoIndex) slot = (slot + 1) & mask;
    slots_[slot] = moved;
  }
}

/// Extends the direct table to `key` where it would be dense enough; whether it did.
bool IdBuilder::grow_direct(std::uint64_t key) {
  if (key >= kMaxDirect) return false;
  const std::uint64_t wanted = std::bit_ceil(key + 1);
  if (wanted > std::max(kFreeDirect, kDirectPerId * size_)) return false;
  direct_.resize(wanted, kNoIndex);
  for (std::uint32_t i = 0; i < integers_.size(); ++i) {
    const auto integer = static_cast<std::uint64_t>(integers_[i]);
    if (integer < wanted) direct_[integer] = i;
  }
  return true;
}

void IdBuilder::become_text() {
  assert(is_integer_);
  const std::vector<std::int64_t> integers = std::exchange(integers_, {});
  direct_ = std::vector<std::uint32_t>();
  slots_.clear();
  slots_used_ = 0;
  size_ = 0;
  is_integer_ = false;
  text_offsets_.assign(1, 0);
  for (const std::int64_t id : integers) add_text(Digits(id).view());
}

std::vector<std::uint32_t> IdBuilder::merge_from(const IdBuilder& other) {
  std::vector<std::uint32_t> indices(other.size());
  for (std::uint32_t i = 0; i < other.size(); ++i) {
    indices[i] = other.is_integer() ? add(other.integer(i)) : add(other.text(i));
  }
  return indices;
}

std::vector<std::uint32_t> IdBuilder::merge_from(const IdDictionary& other) {
  const IdDictionary::Parts& parts = other.parts();
  std::vector<std::uint32_t> indices(other.size());
  for (std::uint32_t i = 0; i < other.size(); ++i) {
    indices[i] = other.is_integer()
                     ? add(parts.integers[i])
                     : add(std::string_view(parts.text.data() + parts.text_offsets[i],
                                            parts.text_offsets[i + 1] - parts.text_offsets[i]));
  }
  return indices;
}

IdDictionary IdBuilder::build() && {
  IdBuilder from = std::exchange(*this, {});
  if (from.size_ == 0) return {};
  from.direct_ = std::vector<std::uint32_t>();
  from.slots_ = std::vector<Slot>();
  IdDictionary::Parts parts;
  if (from.is_integer_) {
    from.integers_.shrink_to_fit();
    parts.slots = FrozenArray<std::uint32_t>(
        make_slots(from.size_, [&](std::uint32_t i) { return hash_id(from.integers_[i]); }));
    parts.integers = FrozenArray<std::int64_t>(std::move(from.integers_));
  } else {
    from.text_.shrink_to_fit();
    from.text_offsets_.shrink_to_fit();
    parts.slots = FrozenArray<std::uint32_t>(
        make_slots(from.size_, [&](std::uint32_t i) { return hash_id(from.text(i)); }));
    parts.text_offsets = FrozenArray<std::uint64_t>(std::move(from.text_offsets_));
    parts.text = FrozenArray<char>(std::move(from.text_));
  }
  return IdDictionary(std::move(parts));
}

}  // namespace mfpar
