// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mfpar/read_ratings.hpp"
#include "text/text_format.hpp"

namespace mfpar {

/// Whether `bytes`, all of a file, are an archive of NumPy arrays (.npz), as scipy.sparse.save_npz
/// writes them.
bool is_array_archive(std::string_view bytes);

/// A sparse matrix of users by items in such an archive: CSR, CSC or COO, its arrays unpacked into
/// memory. Not synchronised.
class SparseArchive {
 public:
  /// `name` stands for the file in messages. Throws Error(kBadData) and Error(kBadFile) where it
  /// is damaged or no such matrix, and Error(kBadOption) where `options` need timestamps.
  SparseArchive(std::string_view bytes, std::string name, const ReadOptions& options);

  /// How write() writes.
  TextFormat format() const;

  /// Appends lines `row,column,value`, of some of the entries that are left; false behind the last.
  /// Throws Error(kBadData) for an entry that lies outside the matrix or is not finite.
  bool write(std::string& out);

 private:
  /// One of the arrays.
  struct Array {
    std::string name;
    std::string bytes;  ///< behind the header
    char kind = 'f';
    std::size_t item_size = 0;
    std::uint64_t count = 0;
  };

  [[noreturn]] void refuse(const std::string& what) const;
  void check_offsets() const;
  std::int64_t whole(const Array& array, std::uint64_t position) const;
  float value(std::uint64_t position) const;

  std::string name_;
  std::string kind_;  ///< "csr", "csc", "coo"
  std::uint64_t rows_ = 0;
  std::uint64_t columns_ = 0;
  Array data_;
  Array first_;   ///< indptr, or the row of each entry
  Array second_;  ///< indices, or the column of each entry
  std::uint64_t next_ = 0;
  std::uint64_t line_ = 0;  ///< the row (CSR) or column (CSC) of the next entry
};

}  // namespace mfpar
