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

#include "store/records.hpp"

namespace mfpar {

/// Sorts the records of consecutive users by user, and within a user by item; equal pairs keep
/// their order. Holds the scratch memory, so that one thread can sort bucket after bucket in it.
template <class Record>
class BucketSorter {
 public:
  /// Items are below `items`.
  explicit BucketSorter(ItemIndex items) {
    const int bits = items <= 1 ? 0 : std::bit_width(items - 1);
    passes_ = (bits + kMostDigitBits - 1) / kMostDigitBits;
    digit_bits_ = passes_ == 0 ? 0 : (bits + passes_ - 1) / passes_;
  }

  /// Fills `rows`, whose spans have the sizes of the bucket. Leaves `records` in disorder.
  void sort(std::span<Record> records, const Rows<typename Record::Entry>& rows) {
    if (capacity_ < records.size()) {
      capacity_ = records.size();
      scratch_ = std::make_unique_for_overwrite<Record[]>(capacity_);
    }
    count(records, rows);
    // Least significant digit first: each pass is stable, so after the last the records of a user
    // stand in order of item, and equal items in order of arrival.
    std::span<Record> from = records;
    std::span<Record> to(scratch_.get(), records.size());
    for (int pass = 0; pass < passes_; ++pass) {
      scatter(from, to, pass);
      std::swap(from, to);
    }
    place(from, rows);
  }

 private:
  // So few counters and ends of runs stay in the nearest cache.
  static constexpr int kMostDigitBits = 10;
  static constexpr int kMostPasses = (32 + kMostDigitBits - 1) / kMostDigitBits;

  /// The digit of an item that a pass sorts by. A value of its own: were it read from members, each
  /// record written might have changed it.
  struct Digit {
    int shift;
    ItemIndex mask;
    std::size_t operator()(const Record& record) const {
      return (item_of(record.entry) >> shift) & mask;
    }
  };
  Digit digit(int pass) const { return {pass * digit_bits_, (ItemIndex{1} << digit_bits_) - 1}; }

  void count(std::span<const Record> records, const Rows<typename Record::Entry>& rows) {
    std::fill(rows.counts.begin(), rows.counts.end(), 0);
    const std::span<std::uint64_t> counts = rows.counts;
    const UserIndex first_user = rows.first_user;
    for (int pass = 0; pass < passes_; ++pass) digit_counts_[pass].fill(0);
    const int passes = passes_, digit_bits = digit_bits_;
    const ItemIndex mask = digit(0).mask;
    for (const Record& record : records) {
      ++counts[record.user - first_user];
      ItemIndex digits = item_of(record.entry);
      for (int pass = 0; pass < passes; ++pass, digits >>= digit_bits) {
        ++digit_counts_[pass][digits & mask];
      }
    }
  }

  void scatter(std::span<const Record> from, std::span<Record> to, int pass) {
    auto& next = digit_counts_[pass];
    std::size_t start = 0;
    for (std::size_t& position : next) start += std::exchange(position, start);
    const Digit digit_of = digit(pass);
    for (const Record& record : from) to[next[digit_of(record)]++] = record;
  }

  void place(std::span<const Record> from, const Rows<typename Record::Entry>& rows) {
    next_of_user_.resize(rows.counts.size());
    std::size_t start = 0;
    for (std::size_t u = 0; u < rows.counts.size(); ++u) {
      next_of_user_[u] = start;
      start += rows.counts[u];
    }
    const Rows<typename Record::Entry> out = rows;
    const std::span<std::size_t> next = next_of_user_;
    for (const Record& record : from) {
      const std::size_t position = next[record.user - out.first_user]++;
      out.entries[position] = record.entry;
      if constexpr (kIsTimed<Record>) out.timestamps[position] = record.timestamp;
    }
  }

  int passes_;
  int digit_bits_;
  std::array<std::array<std::size_t, std::size_t{1} << kMostDigitBits>, kMostPasses> digit_counts_;
  std::vector<std::size_t> next_of_user_;
  std::unique_ptr<Record[]> scratch_;
  std::size_t capacity_ = 0;
};

}  // namespace mfpar
