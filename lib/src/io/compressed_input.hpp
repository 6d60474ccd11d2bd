// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "io/file_descriptor.hpp"

namespace mfpar {

enum class Compression { kNone, kGzip, kZstd };

/// "none", "gzip" or "zstd".
std::string_view name_of(Compression compression);

/// As many first bytes as the two functions below want to see, where there are so many.
inline constexpr std::size_t kSniffedBytes = 4096;

/// Tells from its first bytes how a file is compressed; `name` stands for it in messages. Throws
/// Error(kBadData) for the kinds that are known but not read (zip, bzip2, xz, Parquet, ...), with
/// what to do about them.
Compression detect_compression(std::string_view head, const std::string& name);

/// Throws Error(kBadData) when the first bytes of (decompressed) text say that it is none: NUL
/// bytes, or UTF-16.
void require_text(std::string_view head, const std::string& name);

/// Reads a file from its beginning to its end, decompressing it where need be: for pipes, and for
/// whatever cannot be mapped. Not synchronised.
class CompressedInput {
 public:
  /// Reads `file` from where it stands. Throws as detect_compression.
  CompressedInput(FileDescriptor file, std::string name);
  ~CompressedInput();

  Compression compression() const noexcept { return compression_; }

  /// Fills `into` with the next text; less comes back only at the end. Throws Error(kBadData) when
  /// the compressed data are damaged or cut off, Error(kSystem) when the file cannot be read.
  std::size_t read(std::span<char> into);

 private:
  class Source;
  struct Decompressor;
  struct Gzip;
  struct Zstd;

  std::string name_;
  std::unique_ptr<Source> source_;
  Compression compression_;
  std::unique_ptr<Decompressor> decompressor_;
  std::size_t text_bytes_ = 0;  // that came out so far
};

}  // namespace mfpar
