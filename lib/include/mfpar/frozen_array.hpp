// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace mfpar {

/// An immutable array that keeps its memory alive, whoever made it: a container moved in, or a
/// mapped file. Copies share the memory. Safe to read from any number of threads.
template <class T>
class FrozenArray {
 public:
  FrozenArray() = default;

  /// Takes a contiguous container (std::vector, AlignedBuffer) by move.
  template <class Container>
  requires requires(Container& c) {
    std::span<const T>(c);
  } &&(!std::is_lvalue_reference_v<Container>)explicit FrozenArray(Container&& container) {
    auto owner = std::make_shared<const Container>(std::move(container));
    view_ = std::span<const T>(*owner);
    owner_ = std::move(owner);
  }

  /// Looks at `view`, which stays valid as long as `owner` lives.
  FrozenArray(std::shared_ptr<const void> owner, std::span<const T> view)
      : owner_(std::move(owner)), view_(view) {}

  std::span<const T> span() const noexcept { return view_; }
  const T* data() const noexcept { return view_.data(); }
  std::size_t size() const noexcept { return view_.size(); }
  bool empty() const noexcept { return view_.empty(); }
  const T& operator[](std::size_t position) const noexcept { return view_[position]; }
  auto begin() const noexcept { return view_.begin(); }
  auto end() const noexcept { return view_.end(); }

 private:
  std::shared_ptr<const void> owner_;
  std::span<const T> view_;
};

}  // namespace mfpar
