// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/id_dictionary.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// Gives ids their indices, in order of first appearance, while ratings are being read. Holds
/// integers as long as every id is a canonical integer (see IdDictionary) and turns itself to text
/// at the first that is not; indices stay. Copyable, not synchronised: one for each thread, merged
/// afterwards.
class IdBuilder {
 public:
  IdBuilder() = default;

  /// Starts with the ids of `dictionary`, at their indices.
  explicit IdBuilder(const IdDictionary& dictionary) { merge_from(dictionary); }

  /// The number of ids.
  std::uint32_t size() const noexcept { return size_; }

  /// Whether every id so far is a canonical integer.
  bool is_integer() const noexcept { return is_integer_; }

  /// The index of `id`, a new one if it is new. add(std::int64_t{7}) and add("7") are the same id.
  /// Throws Error(kBadData) when there are more ids than an index can tell apart.
  std::uint32_t add(std::string_view id);
  std::uint32_t add(std::int64_t id) {
    const auto key = static_cast<std::uint64_t>(id);
    if (key < direct_.size() && direct_[key] != kNoIndex) return direct_[key];
    return add_elsewhere(id);
  }

  /// Adds all ids of `other`, in its order. Returns the index here of each index there.
  std::vector<std::uint32_t> merge_from(const IdBuilder& other);
  std::vector<std::uint32_t> merge_from(const IdDictionary& other);

  /// The id at `index`. REQUIRES: index < size() and is_integer().
  std::int64_t integer(std::uint32_t index) const { return integers_[index]; }

  /// The id at `index`, valid until the next add(). REQUIRES: index < size() and !is_integer().
  std::string_view text(std::uint32_t index) const {
    return {text_.data() + text_offsets_[index],
            static_cast<std::size_t>(text_offsets_[index + 1] - text_offsets_[index])};
  }

  /// The ids as a dictionary; leaves an empty builder behind.
  IdDictionary build() &&;

 private:
  /// An entry of the open-addressing table: the integer itself, or the hash of a text.
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t index = kNoIndex;
  };

  std::uint32_t add_elsewhere(std::int64_t id);
  std::uint32_t add_text(std::string_view id);
  std::uint32_t new_index();
  void grow_slots();
  bool grow_direct(std::uint64_t key);
  void become_text();

  std::uint32_t size_ = 0;
  bool is_integer_ = true;

  // While all ids are integers: the ids by index, and the index by id for small ones. A small id
  // may stand in slots_ too, from before direct_ reached it; direct_ is asked first and knows it as
  // well.
  std::vector<std::int64_t> integers_;
  std::vector<std::uint32_t> direct_;

  // Once they are text.
  std::vector<std::uint64_t> text_offsets_;
  std::vector<char> text_;

  // For text and for integers beyond direct_; a power of two in size, at most half full.
  std::vector<Slot> slots_;
  std::size_t slots_used_ = 0;
};

}  // namespace mfpar
