// SPDX-License-Identifier: MIT
//
// As in PKWARE's APPNOTE.TXT: what is packed lies one member behind the other, and a directory of
// entries at the end says where. Where a number does not fit, a further field of an entry has it
// (zip64).
#include "io/zip_archive.hpp"

#include <zlib.h>

#include <algorithm>
#include <climits>
#include <new>
#include <utility>

#include "mfpar/error.hpp"

namespace mfpar {

using namespace std::string_view_literals;

namespace {

constexpr std::size_t kEndBytes = 22, kEntryBytes = 46, kHeaderBytes = 30;
constexpr std::string_view kEnd = "PK\5\6"sv, kEntry = "PK\1\2"sv, kHeader = "PK\3\4"sv;

/// The most that deflated data can grow by (zlib's technical details).
constexpr std::uint64_t kMostInflation = 1032;

}  // namespace

void ZipArchive::refuse(const std::string& what) const {
  throw Error(ErrorCode::kBadData, name_ + ": " + what);
}

std::uint64_t ZipArchive::number(std::size_t at, std::size_t bytes) const {
  if (at > bytes_.size() || bytes > bytes_.size() - at) {
    refuse("the zip archive is cut off or damaged; fetch or save it again");
  }
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    result |= std::uint64_t{static_cast<unsigned char>(bytes_[at + i])} << (8 * i);
  }
  return result;
}

ZipArchive::ZipArchive(std::string_view bytes, std::string name)
    : bytes_(bytes), name_(std::move(name)) {
  // Behind the directory's end stands a comment of at most 65,535 bytes.
  const std::size_t found = bytes.rfind(kEnd);
  if (found == bytes.npos || bytes.size() - found > kEndBytes + 0xFFFF) {
    refuse("the zip archive has no directory at its end: it is cut off; fetch or save it again");
  }
  std::uint64_t count = number(found + 10, 2), size = number(found + 12, 4),
                begin = number(found + 16, 4);
  number(found + kEndBytes, 0);  // is all there
  if (number(found + 4, 2) != 0) refuse("one part of a zip archive of several; join them first");
  if (begin == 0xFFFFFFFF || count == 0xFFFF || size == 0xFFFFFFFF) {
    constexpr std::size_t kLocatorBytes = 20;
    const std::size_t locator = found < kLocatorBytes ? bytes.size() : found - kLocatorBytes;
    const std::uint64_t end64 = number(locator + 8, 8);
    if (bytes.substr(std::min(locator, bytes.size()), 4) != "PK\6\7"sv || end64 > bytes.size()) {
      refuse("the zip archive's directory is damaged; fetch or save it again");
    }
    count = number(end64 + 32, 8);
    begin = number(end64 + 48, 8);
  }
  for (std::uint64_t i = 0, entry = begin; i < count; ++i) {
    if (entry > bytes.size() || bytes.substr(entry, 4) != kEntry) {
      refuse("the zip archive's directory is damaged; fetch or save it again");
    }
    members_.push_back(member_at(entry));
    entry += kEntryBytes + number(entry + 28, 2) + number(entry + 30, 2) + number(entry + 32, 2);
  }
}

ZipArchive::Member ZipArchive::member_at(std::size_t entry) const {
  Member member;
  const std::size_t name_bytes = number(entry + 28, 2), extra_bytes = number(entry + 30, 2);
  member.method = static_cast<std::uint16_t>(number(entry + 10, 2));
  member.checksum = static_cast<std::uint32_t>(number(entry + 16, 4));
  std::uint64_t packed = number(entry + 20, 4), header = number(entry + 42, 4);
  member.size = number(entry + 24, 4);
  number(entry + kEntryBytes, 0);
  member.name = bytes_.substr(entry + kEntryBytes, name_bytes);
  if ((number(entry + 8, 2) & 1) != 0) {
    refuse("the member " + mfpar::quoted(member.name) + " is encrypted; unpack the archive first");
  }
  // Numbers that did not fit, in this order.
  const std::size_t extra = entry + kEntryBytes + name_bytes;
  for (std::size_t at = extra; at + 4 <= extra + extra_bytes;) {
    const std::size_t end = at + 4 + number(at + 2, 2);
    if (number(at, 2) == 1) {
      std::size_t next = at + 4;
      for (std::uint64_t* wide : {&member.size, &packed, &header}) {
        if (*wide != 0xFFFFFFFF) continue;
        *wide = number(next, 8);
        next += 8;
      }
    }
    at = end;
  }
  const bool has_header = header <= bytes_.size() && bytes_.substr(header, 4) == kHeader;
  const std::uint64_t data =
      has_header ? header + kHeaderBytes + number(header + 26, 2) + number(header + 28, 2) : 0;
  if (!has_header || data > bytes_.size() || packed > bytes_.size() - data) {
    refuse("the member " + mfpar::quoted(member.name) +
           " lies outside the zip archive: it is damaged");
  }
  member.packed = bytes_.substr(data, packed);
  if (member.size / kMostInflation > packed || (member.method == 0 && member.size != packed)) {
    refuse("the member " + mfpar::quoted(member.name) + " says that it unpacks to " +
           std::to_string(member.size) + " bytes, which " + std::to_string(packed) +
           " bytes cannot hold: it is damaged");
  }
  return member;
}

const ZipArchive::Member* ZipArchive::find(std::string_view name) const noexcept {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const Member& member) { return member.name == name; });
  return found == members_.end() ? nullptr : &*found;
}

std::string ZipArchive::unpack(const Member& member) const {
  const auto damaged = [&](const std::string& how) {
    refuse("the member " + mfpar::quoted(member.name) + ' ' + how + ": it is damaged");
  };
  std::string text;
  if (member.method == 0) {
    text = member.packed;
  } else if (member.method != 8) {
    refuse("the member " + mfpar::quoted(member.name) + " is packed by method " +
           std::to_string(member.method) + "; expected 0 (stored) or 8 (deflated)");
  } else {
    text.resize(member.size + 1);  // one more, to see whether there is more
    z_stream zlib{};
    if (::inflateInit2(&zlib, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
    std::string_view packed = member.packed;
    std::size_t got = 0;
    int result = Z_OK;
    while (result == Z_OK) {
      zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
      zlib.avail_in = static_cast<uInt>(std::min<std::size_t>(packed.size(), UINT_MAX));
      zlib.next_out = reinterpret_cast<Bytef*>(text.data() + got);
      zlib.avail_out = static_cast<uInt>(std::min<std::size_t>(text.size() - got, UINT_MAX));
      const uInt given = zlib.avail_in, room = zlib.avail_out;
      result = ::inflate(&zlib, Z_NO_FLUSH);
      packed.remove_prefix(given - zlib.avail_in);
      got += room - zlib.avail_out;
    }
    ::inflateEnd(&zlib);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_STREAM_END || got != member.size) {
      damaged("does not unpack to " + std::to_string(member.size) + " bytes");
    }
    text.resize(got);
  }
  uLong checksum = ::crc32(0, nullptr, 0);
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t some = std::min<std::size_t>(rest.size(), UINT_MAX);
    checksum =
        ::crc32(checksum, reinterpret_cast<const Bytef*>(rest.data()), static_cast<uInt>(some));
    rest.remove_prefix(some);
  }
  if (checksum != member.checksum) damaged("has another checksum than the directory says");
  return text;
}

}  // namespace mfpar
