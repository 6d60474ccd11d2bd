// SPDX-License-Identifier: MIT
#pragma once

#include <pybind11/numpy.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/id_dictionary.hpp"

namespace mfpar::python {

namespace py = pybind11;

/// The numbers of a NumPy array of one dimension, looked at where they lie, with any stride:
/// float32, float64, int32 or int64 in this machine's byte order. Made with the GIL held, and read
/// without it; the array outlives it.
class Numbers {
 public:
  /// Throws Error(kBadData), calling the array `what`, for any other array.
  Numbers(const py::array& array, const char* what);

  std::size_t size() const noexcept { return size_; }

  template <class T>
  T as(std::size_t position) const noexcept {
    const std::byte* const at = data_ + static_cast<std::ptrdiff_t>(position) * stride_;
    switch (kind_) {
      case Kind::kFloat:
        return static_cast<T>(*reinterpret_cast<const float*>(at));
      case Kind::kDouble:
        return static_cast<T>(*reinterpret_cast<const double*>(at));
      case Kind::kInt32:
        return static_cast<T>(*reinterpret_cast<const std::int32_t*>(at));
      case Kind::kInt64:
        break;
    }
    return static_cast<T>(*reinterpret_cast<const std::int64_t*>(at));
  }

 private:
  enum class Kind { kFloat, kDouble, kInt32, kInt64 };

  const std::byte* data_;
  std::ptrdiff_t stride_;
  std::size_t size_;
  Kind kind_;
};

/// Ids that came as a NumPy array of one dimension: whole numbers, where they lie, or Python's str
/// and int objects, whose text is looked at where it lies. Made and destroyed with the GIL held,
/// read without it; the array outlives it.
class Ids {
 public:
  using Digits = std::array<char, 24>;

  /// `what` is "user" or "item", for messages. Throws Error(kBadData) for other objects, an empty
  /// id, and text that is not UTF-8.
  Ids(const py::array& array, const char* what);

  std::size_t size() const noexcept { return size_; }

  /// The id at `position`; `digits` may hold its text.
  std::string_view at(std::size_t position, Digits& digits) const noexcept;

 private:
  void take_objects(const py::array& array, const char* what);

  std::size_t size_;
  std::vector<Numbers> numbers_;  // one, or none where ids are objects
  std::vector<std::string_view> texts_;
  std::vector<py::object> owners_;  // of the texts
};

/// The index of each id, kNoIndex for one that the dictionary does not have.
std::vector<std::uint32_t> indices_of(const IdDictionary& dictionary, const Ids& ids);

}  // namespace mfpar::python
