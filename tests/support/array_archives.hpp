// SPDX-License-Identifier: MIT
#pragma once

#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace mfpar::tests {

/// `number` in little-endian byte order.
inline std::string bytes_of(std::uint64_t number, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i, number >>= 8) text += static_cast<char>(number & 0xFF);
  return text;
}

/// A .npy file of the type and shape ("(3,)"), whose data are `data`.
inline std::string npy(const std::string& type, const std::string& shape, const std::string& data) {
  std::string header =
      "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
  while ((header.size() + 11) % 64 != 0) header += ' ';
  header += '\n';
  return std::string("\x93NUMPY\1\0", 8) + bytes_of(header.size(), 2) + header + data;
}

/// The same of one dimension.
template <class T>
std::string npy(const std::string& type, const std::vector<T>& numbers) {
  std::string data(numbers.size() * sizeof(T), '\0');
  if (!numbers.empty()) std::memcpy(data.data(), numbers.data(), data.size());
  return npy(type, "(" + std::to_string(numbers.size()) + ",)", data);
}

inline std::string deflated(const std::string& text) {
  z_stream zlib{};
  ::deflateInit2(&zlib, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string packed(::deflateBound(&zlib, text.size()), '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  zlib.avail_in = static_cast<uInt>(text.size());
  zlib.next_out = reinterpret_cast<Bytef*>(packed.data());
  zlib.avail_out = static_cast<uInt>(packed.size());
  ::deflate(&zlib, Z_FINISH);
  packed.resize(zlib.total_out);
  ::deflateEnd(&zlib);
  return packed;
}

/// A zip archive of members, name and content, stored or deflated.
inline std::string zip(const std::vector<std::pair<std::string, std::string>>& members,
                       bool deflate = false) {
  std::string archive, directory;
  for (const auto& [name, content] : members) {
    const std::string packed = deflate ? deflated(content) : content;
    const std::uint64_t checksum = ::crc32(0, reinterpret_cast<const Bytef*>(content.data()),
                                           static_cast<uInt>(content.size()));
    const std::string common = bytes_of(20, 2) + bytes_of(0, 2) + bytes_of(deflate ? 8 : 0, 2) +
                               bytes_of(0, 4) + bytes_of(checksum, 4) + bytes_of(packed.size(), 4) +
                               bytes_of(content.size(), 4) + bytes_of(name.size(), 2) +
                               bytes_of(0, 2);
    directory += std::string("PK\1\2") + bytes_of(20, 2) + common + bytes_of(0, 10) +
                 bytes_of(archive.size(), 4) + name;
    archive += std::string("PK\3\4") + common + name + packed;
  }
  return archive + directory + std::string("PK\5\6") + bytes_of(0, 4) +
         bytes_of(members.size(), 2) + bytes_of(members.size(), 2) + bytes_of(directory.size(), 4) +
         bytes_of(archive.size(), 4) + bytes_of(0, 2);
}

}  // namespace mfpar::tests
