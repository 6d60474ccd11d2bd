// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "base/partition.hpp"
#include "mfpar/frozen_array.hpp"

namespace mfpar {

/// Zeroed memory taken from the system, page by page as it is first written, and given back to it
/// at once: what a heap frees in the middle of its work it may keep. Movable, not copyable.
class SystemBlock {
 public:
  SystemBlock() = default;
  explicit SystemBlock(std::size_t bytes);
  ~SystemBlock();
  SystemBlock(SystemBlock&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  SystemBlock& operator=(SystemBlock&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  std::byte* data() const noexcept { return data_; }

  /// Asks for large pages: cheaper to come by, but taken 2 MB at a time, so for what is written
  /// from front to back.
  void prefer_large_pages() noexcept;

  /// Gives back the pages that lie wholly in `range`, in bytes; they read as zeros then.
  void give_back(Range range) noexcept;

 private:
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
};

/// An array in a SystemBlock. Not synchronised; give_back() may run beside use of other elements.
template <class T>
class SystemArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  SystemArray() = default;
  explicit SystemArray(std::size_t size) : block_(size * sizeof(T)), size_(size) {}

  std::span<T> span() const noexcept { return {reinterpret_cast<T*>(block_.data()), size_}; }
  void prefer_large_pages() noexcept { block_.prefer_large_pages(); }
  void give_back(Range range) noexcept {
    block_.give_back({range.begin * sizeof(T), range.end * sizeof(T)});
  }

  /// The first `size` elements, for good.
  FrozenArray<T> freeze(std::size_t size) && {
    give_back({size, size_});
    auto owner = std::make_shared<const SystemArray>(std::move(*this));
    const auto view = owner->span().first(size);
    return FrozenArray<T>(std::move(owner), view, true);
  }

 private:
  SystemBlock block_;
  std::size_t size_ = 0;
};

/// `elements` in memory of their own, of large pages: many short runs of them are read from
/// anywhere, and their addresses are translated sooner.
template <class T>
FrozenArray<T> in_large_pages(std::span<const T> elements) {
  SystemArray<T> array(elements.size());
  array.prefer_large_pages();
  std::ranges::copy(elements, array.span().begin());
  return std::move(array).freeze(elements.size());
}

/// Gives the memory that the heap holds but does not use back to the system, as far as it can be
/// made to.
void return_unused_heap() noexcept;

}  // namespace mfpar
