// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "store/triplets.hpp"

namespace mfpar {

/// Sorts the triplets of consecutive users by user, and within a user by item; equal pairs keep
/// their order. Holds the scratch memory, so that one thread can sort bucket after bucket in it.
template <class T>
class BucketSorter {
 public:
  /// Items are below `items`.
  explicit BucketSorter(ItemIndex items) {
    const int bits = items <= 1 ? 0 : std::bit_width(items - 1);
    passes_ = (bits + kMaxDigitBits - 1) / kMaxDigitBits;
    digit_bits_ = passes_ == 0 ? 0 : (bits + passes_ - 1) / passes_;
  }

  /// Fills `rows`, whose spans have the sizes of the bucket. Leaves `triplets` in disorder.
  void sort(std::span<T> triplets, const Rows<typename T::Entry>& rows) {
    if (capacity_ < triplets.size()) {
      capacity_ = triplets.size();
      scratch_ = std::make_unique_for_overwrite<T[]>(capacity_);
    }
    count(triplets, rows);
    // Least significant digit first: each pass is stable, so after the last the triplets of a user
    // stand in order of item, and equal items in order of arrival.
    std::span<T> from = triplets;
    std::span<T> to(scratch_.get(), triplets.size());
    for (int pass = 0; pass < passes_; ++pass) {
      scatter(from, to, pass);
      std::swap(from, to);
    }
    place(from, rows);
  }

 private:
  // So few counters and ends of runs stay in the nearest cache.
  static constexpr int kMaxDigitBits = 10;
  static constexpr int kMaxPasses = (32 + kMaxDigitBits - 1) / kMaxDigitBits;

  ItemIndex digit_mask() const { return (ItemIndex{1} << digit_bits_) - 1; }

  void count(std::span<const T> triplets, const Rows<typename T::Entry>& rows) {
    std::fill(rows.counts.begin(), rows.counts.end(), 0);
    const std::span<std::uint64_t> counts = rows.counts;
    const UserIndex first_user = rows.first_user;
    for (int pass = 0; pass < passes_; ++pass) digit_counts_[pass].fill(0);
    const int passes = passes_, digit_bits = digit_bits_;
    const ItemIndex mask = digit_mask();
    for (const T& triplet : triplets) {
      ++counts[triplet.user - first_user];
      ItemIndex digits = RatingStore::item_of(triplet.entry);
      for (int pass = 0; pass < passes; ++pass, digits >>= digit_bits) {
        ++digit_counts_[pass][digits & mask];
      }
    }
  }

  void scatter(std::span<const T> from, std::span<T> to, int pass) {
    auto& next = digit_counts_[pass];
    std::size_t start = 0;
    for (std::size_t& position : next) start += std::exchange(position, start);
    // Copies: were they read from members, each triplet written might have changed them.
    const int shift = pass * digit_bits_;
    const ItemIndex mask = digit_mask();
    for (const T& triplet : from) {
      to[next[(RatingStore::item_of(triplet.entry) >> shift) & mask]++] = triplet;
    }
  }

  void place(std::span<const T> from, const Rows<typename T::Entry>& rows) {
    next_of_user_.resize(rows.counts.size());
    std::size_t start = 0;
    for (std::size_t u = 0; u < rows.counts.size(); ++u) {
      next_of_user_[u] = start;
      start += rows.counts[u];
    }
    const Rows<typename T::Entry> out = rows;
    const std::span<std::size_t> next = next_of_user_;
    for (const T& triplet : from) {
      const std::size_t position = next[triplet.user - out.first_user]++;
      out.entries[position] = triplet.entry;
      if constexpr (kIsTimed<T>) out.timestamps[position] = triplet.timestamp;
    }
  }

  int passes_;
  int digit_bits_;
  std::array<std::array<std::size_t, std::size_t{1} << kMaxDigitBits>, kMaxPasses> digit_counts_;
  std::vector<std::size_t> next_of_user_;
  std::unique_ptr<T[]> scratch_;
  std::size_t capacity_ = 0;
};

}  // namespace mfpar
