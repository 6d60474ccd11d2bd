// SPDX-License-Identifier: MIT
#include "text/sparse_archive.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/available_memory.hpp"
#include "io/zip_archive.hpp"
#include "mfpar/error.hpp"
#include "model/npy_header.hpp"

namespace mfpar {

namespace {

constexpr std::string_view kEnding = ".npy";

template <class T>
T number_at(const char* at) {
  T number;
  std::memcpy(&number, at, sizeof(T));
  return number;
}

template <class Signed, class Unsigned>
std::int64_t whole_at(const char* at, char kind) {
  return kind == 'i' ? std::int64_t{number_at<Signed>(at)}
                     : static_cast<std::int64_t>(number_at<Unsigned>(at));
}

void append(std::string& out, auto number, char behind) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data())) += behind;
}

}  // namespace

bool is_array_archive(std::string_view bytes) {
  constexpr std::size_t kHeaderBytes = 30;
  if (!bytes.starts_with("PK\3\4") || bytes.size() < kHeaderBytes) return false;
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(bytes[26]) |
                                               static_cast<unsigned char>(bytes[27]) << 8);
  return bytes.substr(kHeaderBytes, length).ends_with(kEnding);
}

void SparseArchive::refuse(const std::string& what) const {
  throw Error(ErrorCode::kBadData, name_ + ": " + what);
}

SparseArchive::SparseArchive(std::string_view bytes, std::string name, const ReadOptions& options)
    : name_(std::move(name)) {
  if (options.timestamps == ReadOptions::Timestamps::kRequired) {
    throw Error(ErrorCode::kBadOption, name_ + ": there are no timestamps");
  }
  const ZipArchive archive(bytes, name_);
  const auto array_of = [&](const std::string& of) {
    const ZipArchive::Member* const member = archive.find(of + std::string(kEnding));
    if (member == nullptr) {
      refuse("an archive of NumPy arrays (.npz) without " + of +
             "; expected a sparse matrix of users by items, as scipy.sparse.save_npz writes it");
    }
    if (member->size > available_memory()) {
      refuse("the array " + of + " unpacks to " + std::to_string(member->size) +
             " bytes, more than there is memory");
    }
    Array array{.name = of, .bytes = archive.unpack(*member)};
    const std::string_view file = array.bytes;
    const NpyHeader header = parse_npy_header(file, name_ + ": " + of);
    const bool is_one = header.shape.size() <= 1;
    // Truth is no type that models are made of.
    const bool is_truth = header.type == "|b1";
    if (!is_one || header.swapped || (header.kind == NpyHeader::kUnknown && !is_truth)) {
      refuse("the array " + of + " is of the type '" + header.type + "' and the shape " +
             header.shape_text() +
             "; expected one dimension of real numbers in little-endian byte order");
    }
    array.kind = is_truth ? 'u' : header.kind;
    array.item_size = is_truth ? 1 : header.item_size;
    array.count = is_truth ? (header.shape.empty() ? 1 : header.shape[0]) : header.count;
    const std::uint64_t there = file.size() - header.data_offset;
    if (is_truth && array.count != there) refuse("the array " + of + " is cut off");
    array.bytes.erase(0, header.data_offset);
    return array;
  };
  const Array format = array_of("format");
  for (std::size_t at = 0; at < format.bytes.size(); at += format.kind == 'U' ? 4 : 1) {
    if (format.bytes[at] != '\0') kind_ += format.bytes[at];
  }
  if (kind_ != "csr" && kind_ != "csc" && kind_ != "coo") {
    refuse("a sparse matrix of the format " + mfpar::quoted(kind_) +
           "; expected csr, csc or coo: scipy.sparse.save_npz(file, matrix.tocsr())");
  }
  const Array shape = array_of("shape");
  if (shape.count != 2 || whole(shape, 0) < 0 || whole(shape, 1) < 0) {
    refuse("the shape of the sparse matrix is no pair of whole numbers");
  }
  rows_ = static_cast<std::uint64_t>(whole(shape, 0));
  columns_ = static_cast<std::uint64_t>(whole(shape, 1));
  first_ = array_of(kind_ == "coo" ? "row" : "indptr");
  second_ = array_of(kind_ == "coo" ? "col" : "indices");
  data_ = array_of("data");
  if (data_.kind != 'f' && data_.kind != 'i' && data_.kind != 'u') {
    refuse("the array data holds text; expected real numbers");
  }
  if (second_.count != data_.count || (kind_ == "coo" && first_.count != data_.count)) {
    refuse("the sparse matrix has " + std::to_string(data_.count) + " values and " +
           std::to_string(kind_ == "coo" ? first_.count : second_.count) +
           " indices; expected as many of each");
  }
  if (kind_ != "coo") check_offsets();
}

void SparseArchive::check_offsets() const {
  const std::uint64_t lines = kind_ == "csr" ? rows_ : columns_;
  if (first_.count == 0 || first_.count - 1 != lines) {
    refuse("indptr has " + std::to_string(first_.count) + " positions; expected one more than " +
           std::to_string(lines) + (kind_ == "csr" ? " rows" : " columns"));
  }
  std::int64_t last = 0;
  for (std::uint64_t i = 0; i < first_.count; ++i) {
    const std::int64_t offset = whole(first_, i);
    if (offset < last || (i == 0 && offset != 0)) {
      refuse("indptr has " + std::to_string(offset) + " at position " + std::to_string(i) +
             "; expected it to begin with 0 and not to fall");
    }
    last = offset;
  }
  if (static_cast<std::uint64_t>(last) != data_.count) {
    refuse("indptr ends with " + std::to_string(last) + "; expected the number of values, " +
           std::to_string(data_.count));
  }
}

std::int64_t SparseArchive::whole(const Array& array, std::uint64_t position) const {
  if (array.kind != 'i' && array.kind != 'u') {
    refuse("the array " + array.name + " holds no whole numbers");
  }
  const char* const at = array.bytes.data() + position * array.item_size;
  switch (array.item_size) {
    case 1:
      return whole_at<std::int8_t, std::uint8_t>(at, array.kind);
    case 2:
      return whole_at<std::int16_t, std::uint16_t>(at, array.kind);
    case 4:
      return whole_at<std::int32_t, std::uint32_t>(at, array.kind);
  }
  return whole_at<std::int64_t, std::uint64_t>(at, array.kind);
}

float SparseArchive::value(std::uint64_t position) const {
  if (data_.kind != 'f') return static_cast<float>(whole(data_, position));
  const char* const at = data_.bytes.data() + position * data_.item_size;
  return data_.item_size == sizeof(float) ? number_at<float>(at)
                                          : static_cast<float>(number_at<double>(at));
}

TextFormat SparseArchive::format() const {
  TextFormat format;
  format.delimiter = ",";
  format.field_count = 3;
  format.columns = {0, 1, 2, TextFormat::kNoColumn};
  format.ratings = data_.count;
  format.notes.push_back("read as a sparse matrix of SciPy (" + kind_ + "), " +
                         std::to_string(rows_) + " x " + std::to_string(columns_) +
                         ": users and items are numbers of rows and columns, from 0");
  return format;
}

bool SparseArchive::write(std::string& out) {
  constexpr std::uint64_t kTogether = std::uint64_t{1} << 19;
  const std::uint64_t end = std::min(data_.count, next_ + kTogether);
  for (; next_ < end; ++next_) {
    std::int64_t row = whole(kind_ == "coo" ? first_ : second_, next_);
    std::int64_t column = whole(second_, next_);
    if (kind_ != "coo") {
      while (static_cast<std::uint64_t>(whole(first_, line_ + 1)) <= next_) ++line_;
      (kind_ == "csr" ? row : column) = static_cast<std::int64_t>(line_);
    }
    const auto where = [&] {
      return "entry " + std::to_string(next_ + 1) + ", row " + std::to_string(row) + ", column " +
             std::to_string(column) + ": ";
    };
    if (row < 0 || column < 0 || static_cast<std::uint64_t>(row) >= rows_ ||
        static_cast<std::uint64_t>(column) >= columns_) {
      refuse(where() + "lies outside the matrix of " + std::to_string(rows_) + " rows and " +
             std::to_string(columns_) + " columns");
    }
    const float number = value(next_);
    if (!std::isfinite(number)) {
      refuse(where() + "is " + std::to_string(number) +
             "; expected a number that is finite in single precision");
    }
    append(out, row, ',');
    append(out, column, ',');
    append(out, number, '\n');
  }
  return next_ < data_.count;
}

}  // namespace mfpar
