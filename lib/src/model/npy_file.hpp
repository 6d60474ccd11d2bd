// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/aligned_buffer.hpp"
#include "mfpar/atomic_file.hpp"
#include "mfpar/id_dictionary.hpp"
#include "model/npy_header.hpp"

namespace mfpar {

class MappedFile;

/// An array in a .npy file, copied into memory: float32 or float64 numbers, or ids, in either byte
/// order, by rows or by columns. Throws Error(kBadFile) with path and place, Error(kSystem).
/// Immutable; safe from any number of threads.
class NpyFile {
 public:
  explicit NpyFile(const std::string& path);

  const std::string& path() const noexcept { return path_; }
  std::string shape_text() const { return header_.shape_text(); }
  std::uint64_t rows() const noexcept { return header_.shape.empty() ? 0 : header_.shape[0]; }
  std::uint64_t columns() const noexcept { return header_.shape.size() < 2 ? 1 : header_.shape[1]; }

  /// Refuses what has not so many dimensions; `what` says what was expected.
  void require_dimensions(std::size_t dimensions, const char* what) const;

  /// The numbers row by row, rows `stride` apart and padded with zeros. Refuses numbers that are
  /// not finite as a float, naming row and column. REQUIRES: stride >= columns().
  AlignedBuffer<float> numbers(std::size_t stride) const;

  /// Ids: whole numbers, or text (numpy.array(["a", "b"])), one dimension.
  IdDictionary ids() const;

 private:
  std::string_view element(std::uint64_t position) const;
  template <class T>
  void convert(AlignedBuffer<float>& into, std::size_t stride) const;
  void check_finite(const AlignedBuffer<float>& numbers, std::size_t stride) const;
  [[noreturn]] void fail_at(std::uint64_t row, std::uint64_t column, const std::string& what) const;

  std::string path_;
  std::shared_ptr<const MappedFile> file_;
  NpyHeader header_;
};

/// Whether a file begins like a .npy file.
bool is_npy(std::string_view head);

/// Writes an array of floats row by row to a file that somebody else commits. Not synchronised.
class NpyWriter {
 public:
  NpyWriter(AtomicFile& file, std::span<const std::uint64_t> shape) : file_(file) {
    file_.write(npy_header(shape));
  }
  void write(std::span<const float> numbers) { file_.write(std::as_bytes(numbers)); }

 private:
  AtomicFile& file_;
};

}  // namespace mfpar
