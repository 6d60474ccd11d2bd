// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

#include "base/system_array.hpp"

namespace mfpar {

/// The alignment of every row of factors: one cache line, and the widest vector register.
inline constexpr std::size_t kRowAlignment = 64;

/// Floats from row to row of a model with `rank` factors: every row is aligned.
constexpr std::size_t row_stride(std::size_t rank) {
  constexpr std::size_t kFloats = kRowAlignment / sizeof(float);
  return (rank + kFloats - 1) / kFloats * kFloats;
}

/// A fixed-size, zeroed array aligned to a cache line. Zero pages come from the system untouched,
/// so the thread that first writes a page places it. Large arrays ask for large pages: rows are
/// visited in no order, and their addresses are translated sooner. Movable, not copyable; not
/// synchronised.
template <class T>
class AlignedBuffer {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  AlignedBuffer() = default;

  explicit AlignedBuffer(std::size_t size) : size_(size) {
    if (size == 0) return;
    if (size > (static_cast<std::size_t>(-1) - kRowAlignment) / sizeof(T)) throw std::bad_alloc();
    if (size * sizeof(T) >= kLargeBytes) {
      pages_ = SystemBlock(size * sizeof(T));
      pages_.prefer_large_pages();
      data_ = reinterpret_cast<T*>(pages_.data());
      return;
    }
    // calloc leaves large blocks to the system's zero pages; the slack pays for the alignment.
    block_.reset(std::calloc(size * sizeof(T) + kRowAlignment, 1));
    if (!block_) throw std::bad_alloc();
    void* start = block_.get();
    std::size_t space = size * sizeof(T) + kRowAlignment;
    data_ = static_cast<T*>(std::align(kRowAlignment, size * sizeof(T), start, space));
  }

  T* data() noexcept { return data_; }
  const T* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T& operator[](std::size_t position) noexcept { return data_[position]; }
  const T& operator[](std::size_t position) const noexcept { return data_[position]; }
  T* begin() noexcept { return data_; }
  T* end() noexcept { return data_ + size_; }
  const T* begin() const noexcept { return data_; }
  const T* end() const noexcept { return data_ + size_; }
  std::span<T> span() noexcept { return {data_, size_}; }
  std::span<const T> span() const noexcept { return {data_, size_}; }

 private:
  struct Free {
    void operator()(void* block) const noexcept { std::free(block); }
  };
  static constexpr std::size_t kLargeBytes = std::size_t{4} << 20;

  std::unique_ptr<void, Free> block_;
  SystemBlock pages_;
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace mfpar
