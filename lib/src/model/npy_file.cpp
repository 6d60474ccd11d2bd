// SPDX-License-Identifier: MIT
#include "model/npy_file.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <concepts>
#include <cstring>
#include <vector>

#include "io/mapped_file.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// The number in `bytes`, which need not be aligned.
template <class T>
T load(const char* bytes, bool swapped) {
  std::array<char, sizeof(T)> copy;
  std::memcpy(copy.data(), bytes, sizeof(T));
  if (swapped) std::reverse(copy.begin(), copy.end());
  T value;
  std::memcpy(&value, copy.data(), sizeof(T));
  return value;
}

std::int64_t load_signed(std::string_view element, bool swapped) {
  switch (element.size()) {
    case 1:
      return load<std::int8_t>(element.data(), swapped);
    case 2:
      return load<std::int16_t>(element.data(), swapped);
    case 4:
      return load<std::int32_t>(element.data(), swapped);
  }
  return load<std::int64_t>(element.data(), swapped);
}

std::uint64_t load_unsigned(std::string_view element, bool swapped) {
  switch (element.size()) {
    case 1:
      return load<std::uint8_t>(element.data(), swapped);
    case 2:
      return load<std::uint16_t>(element.data(), swapped);
    case 4:
      return load<std::uint32_t>(element.data(), swapped);
  }
  return load<std::uint64_t>(element.data(), swapped);
}

/// Appends a character as UTF-8; false where there is no such character.
bool append_utf8(std::string& text, std::uint32_t c) {
  const auto put = [&](std::uint32_t bits) { text += static_cast<char>(bits); };
  const auto continuation = [&](int shift) { put(0x80 | (c >> shift & 0x3F)); };
  if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return false;
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    continuation(0);
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    continuation(6);
    continuation(0);
  } else {
    put(0xF0 | c >> 18);
    continuation(12);
    continuation(6);
    continuation(0);
  }
  return true;
}

}  // namespace

bool is_npy(std::string_view head) { return head.starts_with("\x93NUMPY"); }

NpyFile::NpyFile(const std::string& path)
    : path_(path),
      file_(MappedFile::shared(path, MappedFile::Access::kCopy)),
      header_(parse_npy_header(file_->text(), path)) {}

void NpyFile::require_dimensions(std::size_t dimensions, const char* what) const {
  if (header_.shape.size() == dimensions) return;
  throw Error(ErrorCode::kBadFile,
              path_ + ": the array has the shape " + shape_text() + "; " + what + " was expected");
}

std::string_view NpyFile::element(std::uint64_t position) const {
  return file_->text().substr(header_.data_offset + position * header_.item_size,
                              header_.item_size);
}

void NpyFile::fail_at(std::uint64_t row, std::uint64_t column, const std::string& what) const {
  const std::uint64_t position =
      header_.fortran_order ? column * rows() + row : row * columns() + column;
  throw Error(ErrorCode::kBadFile,
              path_ + ": at byte " +
                  std::to_string(header_.data_offset + position * header_.item_size) + ", row " +
                  std::to_string(row) + ", column " + std::to_string(column) +
                  " (from 0): " + what);
}

template <class T>
void NpyFile::convert(AlignedBuffer<float>& into, std::size_t stride) const {
  const char* const data = file_->text().data() + header_.data_offset;
  const std::uint64_t height = rows(), width = columns();
  const auto number = [&](std::uint64_t position) {
    return static_cast<float>(load<T>(data + position * sizeof(T), header_.swapped));
  };
  if (header_.fortran_order) {
    // By chunks of rows, so that what is written stays in the cache while columns are walked.
    constexpr std::uint64_t kBlock = 256;
    for (std::uint64_t begin = 0; begin < height; begin += kBlock) {
      const std::uint64_t end = std::min(begin + kBlock, height);
      for (std::uint64_t column = 0; column < width; ++column) {
        for (std::uint64_t row = begin; row < end; ++row) {
          into[row * stride + column] = number(column * height + row);
        }
      }
    }
  } else if (std::same_as<T, float> && !header_.swapped) {
    for (std::uint64_t row = 0; row < height; ++row) {
      std::memcpy(into.data() + row * stride, data + row * width * sizeof(T), width * sizeof(T));
    }
  } else {
    for (std::uint64_t row = 0; row < height; ++row) {
      for (std::uint64_t column = 0; column < width; ++column) {
        into[row * stride + column] = number(row * width + column);
      }
    }
  }
}

void NpyFile::check_finite(const AlignedBuffer<float>& numbers, std::size_t stride) const {
  for (std::uint64_t row = 0; row < rows(); ++row) {
    for (std::uint64_t column = 0; column < columns(); ++column) {
      if (std::isfinite(numbers[row * stride + column])) continue;
      fail_at(row, column, "the number is not finite, or beyond what a float32 holds");
    }
  }
}

AlignedBuffer<float> NpyFile::numbers(std::size_t stride) const {
  assert(stride >= columns());
  if (header_.kind != 'f') {
    throw Error(ErrorCode::kBadFile, path_ + ": numbers of type '" + header_.type +
                                         "' are not read; convert the array first, with "
                                         ".astype('float32')");
  }
  AlignedBuffer<float> result(rows() * stride);
  if (header_.count == 0) return result;
  header_.item_size == sizeof(float) ? convert<float>(result, stride)
                                     : convert<double>(result, stride);
  check_finite(result, stride);
  return result;
}

IdDictionary NpyFile::ids() const {
  require_dimensions(1, "one dimension, of ids,");
  if (header_.kind == 'f' || header_.kind == NpyHeader::kUnknown) {
    throw Error(
        ErrorCode::kBadFile,
        path_ + ": ids of type '" + header_.type +
            "' are not read; ids are whole numbers or text: convert the array first, with " +
            (header_.kind == 'f' ? ".astype('int64')" : ".astype(str)"));
  }
  std::vector<std::string> ids(header_.count);
  for (std::uint64_t i = 0; i < header_.count; ++i) {
    const std::string_view bytes = element(i);
    if (header_.kind == 'i') {
      ids[i] = std::to_string(load_signed(bytes, header_.swapped));
    } else if (header_.kind == 'u') {
      ids[i] = std::to_string(load_unsigned(bytes, header_.swapped));
    } else if (header_.kind == 'S') {
      ids[i] = bytes.substr(0, bytes.find_last_not_of('\0') + 1);  // padded with zeros
    } else {
      std::size_t size = bytes.size();
      const auto character = [&](std::size_t at) {
        return load<std::uint32_t>(bytes.data() + at, header_.swapped);
      };
      while (size > 0 && character(size - 4) == 0) size -= 4;
      for (std::size_t at = 0; at < size; at += 4) {
        if (!append_utf8(ids[i], character(at))) fail_at(i, 0, "the text is no Unicode");
      }
    }
  }
  try {
    return IdDictionary(ids);
  } catch (const Error& e) {
    throw Error(ErrorCode::kBadFile, path_ + ": " + e.what());
  }
}

}  // namespace mfpar
