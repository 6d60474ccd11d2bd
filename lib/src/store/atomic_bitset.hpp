// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/partition.hpp"

namespace mfpar {

/// A set of positions in [0, size), a bit each. Any number of threads may insert at once; reading
/// needs the inserting to be over.
class AtomicBitset {
 public:
  explicit AtomicBitset(std::size_t size) : words_(size / kBits + 1) {}

  void insert(std::size_t position) {
    assert(position / kBits < words_.size());
    words_[position / kBits].fetch_or(std::uint64_t{1} << (position % kBits),
                                      std::memory_order_relaxed);
  }

  /// Calls body(position) for the members in `range`, or for all others in it, ascending.
  template <class Body>
  void for_each(Range range, bool members, const Body& body) const {
    for_each_word(range, [&](std::size_t first, std::uint64_t bits, std::uint64_t wanted) {
      for (bits = (members ? bits : ~bits) & wanted; bits != 0; bits &= bits - 1) {
        body(first + static_cast<std::size_t>(std::countr_zero(bits)));
      }
    });
  }

  /// The number of members in `range`.
  std::size_t count(Range range) const {
    std::size_t members = 0;
    for_each_word(range, [&](std::size_t, std::uint64_t bits, std::uint64_t wanted) {
      members += static_cast<std::size_t>(std::popcount(bits & wanted));
    });
    return members;
  }

 private:
  static constexpr std::size_t kBits = 64;

  /// Calls body(position of bit 0, bits, which bits are in range) for each word that `range`
  /// touches.
  template <class Body>
  void for_each_word(Range range, const Body& body) const {
    for (std::size_t begin = range.begin; begin < range.end;) {
      const std::size_t first = begin / kBits * kBits;
      const std::size_t end = std::min(range.end, first + kBits);
      const std::uint64_t wanted = (~std::uint64_t{0} >> (kBits - (end - begin)))
                                   << (begin - first);
      body(first, words_[first / kBits].load(std::memory_order_relaxed), wanted);
      begin = end;
    }
  }

  std::vector<std::atomic<std::uint64_t>> words_;
};

}  // namespace mfpar
