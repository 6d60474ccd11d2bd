// SPDX-License-Identifier: MIT
#include "mfpar/id_dictionary.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

#include "base/id_builder.hpp"
#include "base/id_hash.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

[[noreturn]] void bad_parts(const std::string& found) {
  throw Error(ErrorCode::kBadFile, "id dictionary: " + found + "; the file is corrupt");
}

template <class Id>
IdDictionary dictionary_of(const std::vector<Id>& ids) {
  IdBuilder builder;
  for (const Id& id : ids) {
    const std::uint32_t expected = builder.size();
    const std::uint32_t index = builder.add(id);
    if (index == expected) continue;
    const std::string text = builder.is_integer() ? std::to_string(builder.integer(index))
                                                  : std::string(builder.text(index));
    throw Error(ErrorCode::kBadData, "id \"" + text + "\" is there twice, at positions " +
                                         std::to_string(index) + " and " +
                                         std::to_string(expected) + "; ids must be distinct");
  }
  return std::move(builder).build();
}

std::string_view text_at(const IdDictionary::Parts& parts, std::uint32_t index) {
  const std::uint64_t begin = parts.text_offsets[index];
  return {parts.text.data() + begin,
          static_cast<std::size_t>(parts.text_offsets[index + 1] - begin)};
}

/// Walks the slots from `hash` to a free one. REQUIRES: there is one.
template <class Matches>
std::uint32_t probe(std::span<const std::uint32_t> slots, std::uint64_t hash,
                    const Matches& matches) {
  const std::size_t mask = slots.size() - 1;
  std::size_t slot = hash & mask;
  while (slots[slot] != kNoIndex && !matches(slots[slot])) slot = (slot + 1) & mask;
  return slots[slot];
}

}  // namespace

IdDictionary::IdDictionary(const std::vector<std::string>& ids)
    : IdDictionary(dictionary_of(ids)) {}

IdDictionary::IdDictionary(std::vector<std::int64_t> ids) : IdDictionary(dictionary_of(ids)) {}

IdDictionary::IdDictionary(Parts parts) : parts_(std::move(parts)) {
  const auto offsets = parts_.text_offsets.span();
  const auto slots = parts_.slots.span();
  if (!offsets.empty() && !parts_.integers.empty()) bad_parts("both integers and text are there");
  const std::size_t count = offsets.empty() ? parts_.integers.size() : offsets.size() - 1;
  if (count >= kNoIndex) bad_parts("it has " + std::to_string(count) + " ids, too many to index");
  size_ = static_cast<std::uint32_t>(count);

  const std::uint64_t text_end = offsets.empty() ? 0 : offsets.back();
  if (text_end != parts_.text.size() || (!offsets.empty() && offsets.front() != 0)) {
    bad_parts("its offsets do not span its " + std::to_string(parts_.text.size()) +
              " bytes of text");
  }
  if (!std::is_sorted(offsets.begin(), offsets.end())) bad_parts("its offsets fall");

  if (count == 0 && slots.empty()) return;
  if (!std::has_single_bit(slots.size()) || slots.size() <= count) {
    bad_parts("its table has " + std::to_string(slots.size()) + " slots for " +
              std::to_string(count) + " ids; a larger power of two is expected");
  }
  std::size_t used = 0;
  for (const std::uint32_t index : slots) {
    used += index != kNoIndex;
    if (index != kNoIndex && index >= count) {
      bad_parts("its table points at id " + std::to_string(index) + " of " + std::to_string(count));
    }
  }
  // A free slot is what ends a search.
  if (used != count) {
    bad_parts("its table holds " + std::to_string(used) + " of " + std::to_string(count) + " ids");
  }
}

std::uint32_t IdDictionary::find(std::string_view id) const noexcept {
  if (parts_.slots.empty()) return kNoIndex;
  if (!is_integer()) {
    return probe(parts_.slots.span(), hash_id(id),
                 [&](std::uint32_t index) { return text_at(parts_, index) == id; });
  }
  const auto integer = canonical_integer(id);
  if (!integer) return kNoIndex;
  return probe(parts_.slots.span(), hash_id(*integer),
               [&](std::uint32_t index) { return parts_.integers[index] == *integer; });
}

std::string IdDictionary::id(std::uint32_t index) const {
  assert(index < size_);
  if (is_integer()) return std::to_string(parts_.integers[index]);
  return std::string(text_at(parts_, index));
}

IdDictionary IdDictionary::relabelled(std::span<const std::uint32_t> new_index) const {
  assert(new_index.size() == size_);
  if (size_ == 0) return *this;
  // Where an id stands among the slots depends on its hash alone, so the table keeps its shape.
  std::vector<std::uint32_t> slots(parts_.slots.begin(), parts_.slots.end());
  for (std::uint32_t& index : slots) {
    if (index != kNoIndex) index = new_index[index];
  }
  Parts result;
  result.slots = FrozenArray<std::uint32_t>(std::move(slots));

  if (is_integer()) {
    std::vector<std::int64_t> integers(size_);
    for (std::uint32_t i = 0; i < size_; ++i) integers[new_index[i]] = parts_.integers[i];
    result.integers = FrozenArray<std::int64_t>(std::move(integers));
    return IdDictionary(std::move(result));
  }

  std::vector<std::uint64_t> offsets(std::size_t{size_} + 1);
  for (std::uint32_t i = 0; i < size_; ++i) {
    offsets[std::size_t{new_index[i]} + 1] = text_at(parts_, i).size();
  }
  for (std::size_t i = 1; i < offsets.size(); ++i) offsets[i] += offsets[i - 1];
  std::vector<char> text(parts_.text.size());
  for (std::uint32_t i = 0; i < size_; ++i) {
    const std::string_view id = text_at(parts_, i);
    std::copy(id.begin(), id.end(),
              text.begin() + static_cast<std::ptrdiff_t>(offsets[new_index[i]]));
  }
  result.text_offsets = FrozenArray<std::uint64_t>(std::move(offsets));
  result.text = FrozenArray<char>(std::move(text));
  return IdDictionary(std::move(result));
}

}  // namespace mfpar
