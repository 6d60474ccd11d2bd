// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace mfpar {

/// Elements that may be written, and what keeps their memory alive.
template <class T>
struct ThawedArray {
  std::shared_ptr<void> owner;
  std::span<T> span;
};

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
    auto owner = std::make_shared<const Container>(std::forward<Container>(container));
    view_ = std::span<const T>(*owner);
    owner_ = std::move(owner);
    writable_ = true;
  }

  /// Looks at `view`, which stays valid as long as `owner` lives. `writable`: the memory is no
  /// constant or read-only mapping, so thaw() may give it away.
  FrozenArray(std::shared_ptr<const void> owner, std::span<const T> view, bool writable = false)
      : owner_(std::move(owner)), view_(view), writable_(writable) {}

  /// Whether thaw() gives the array's own memory away, and not a copy.
  bool thaws_in_place() const noexcept { return writable_ && owner_.use_count() == 1; }

  /// The elements, to be written: in the array's own memory where it is writable and no other array
  /// shares it, else in a copy. Leaves the array empty.
  ThawedArray<T> thaw() && {
    const bool in_place = thaws_in_place();
    const auto view = std::exchange(view_, {});
    auto owner = std::exchange(owner_, nullptr);
    if (in_place) {
      return {std::const_pointer_cast<void>(std::move(owner)),
              {const_cast<T*>(view.data()), view.size()}};
    }
    auto copy = std::make_shared<std::vector<T>>(view.begin(), view.end());
    const std::span<T> elements(*copy);
    return {std::move(copy), elements};
  }

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
  bool writable_ = false;
};

}  // namespace mfpar
