// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "mfpar/types.hpp"

namespace mfpar {

/// The best `top` of the scored items it is offered: higher scores first, of equal ones the smaller
/// index. The order in which they are offered makes no difference. Not synchronised.
class TopList {
 public:
  struct Entry {
    float score;
    ItemIndex item;
  };

  explicit TopList(std::size_t top) : top_(top) {}

  /// A score below this one cannot enter; one that equals it may.
  float threshold() const noexcept {
    if (top_ == 0) return std::numeric_limits<float>::infinity();
    return entries_.size() < top_ ? -std::numeric_limits<float>::infinity()
                                  : entries_.front().score;
  }

  void offer(float score, ItemIndex item) {
    const Entry entry{score, item};
    if (entries_.size() < top_) {
      entries_.push_back(entry);
      std::push_heap(entries_.begin(), entries_.end(), better);
    } else if (top_ > 0 && better(entry, entries_.front())) {
      std::pop_heap(entries_.begin(), entries_.end(), better);
      entries_.back() = entry;
      std::push_heap(entries_.begin(), entries_.end(), better);
    }
  }

  /// The entries, best first; leaves an empty list behind.
  std::vector<Entry> take() {
    std::sort_heap(entries_.begin(), entries_.end(), better);
    return std::move(entries_);
  }

 private:
  static bool better(const Entry& a, const Entry& b) noexcept {
    return a.score != b.score ? a.score > b.score : a.item < b.item;
  }

  std::size_t top_;
  std::vector<Entry> entries_;  // a heap whose front is the worst
};

}  // namespace mfpar
