// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mfpar {

/// What the header of a .npy file says about the array behind it.
struct NpyHeader {
  static constexpr char kUnknown = '?';  ///< a type that is not read, such as "|O"

  std::string type;           ///< as written: "<f4"
  char kind = 'f';            ///< f float, i and u whole numbers, S bytes, U UCS-4 text, kUnknown
  std::size_t item_size = 0;  ///< bytes of one element
  bool swapped = false;       ///< in the other byte order than this machine's
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  std::uint64_t count = 1;  ///< elements, the product of the shape
  std::size_t data_offset = 0;

  std::string shape_text() const;  ///< "(3, 4)"
};

/// Reads the header of the file whose bytes are `file`, format 1.0, 2.0 or 3.0, and holds the shape
/// against the size of the file, where the type is known. Throws Error(kBadFile) with `path` and
/// the offset, one distinct sentence for each way in which it can be bad.
NpyHeader parse_npy_header(std::string_view file, const std::string& path);

/// The header, format 1.0, of an array of floats in C order and this machine's byte order.
std::string npy_header(std::span<const std::uint64_t> shape);

}  // namespace mfpar
