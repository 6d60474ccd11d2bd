// SPDX-License-Identifier: MIT
#include "io/archives.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <vector>

#include "base/ascii.hpp"
#include "base/shell_word.hpp"

namespace mfpar {

using namespace std::string_view_literals;

namespace {

struct ForeignKind {
  std::string_view magic;
  std::string_view what;
};

/// FILE stands for the file's name.
constexpr std::array kForeignKinds{
    ForeignKind{"BZh"sv, "bzip2 data; pipe it in: bzip2 -dc FILE | ... -"},
    ForeignKind{"\xFD"
                "7zXZ\0"sv,
                "xz data; pipe it in: xz -dc FILE | ... -"},
    ForeignKind{"7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive; pipe it in: 7z x -so FILE | ... -"},
    ForeignKind{"Rar!\x1A\x07"sv, "a RAR archive; unpack it first: unrar x FILE"},
    ForeignKind{"\x04\x22\x4D\x18"sv, "lz4 data; pipe it in: lz4 -dc FILE | ... -"},
    ForeignKind{"PAR1"sv,
                "a Parquet file; pipe it in as CSV: python3 -c \"import sys, pandas; "
                "pandas.read_parquet(sys.argv[1]).to_csv(sys.stdout, index=False)\" FILE | ... -"},
    ForeignKind{"\x89HDF\r\n\x1A\n"sv, "an HDF5 file; export it as CSV first"},
    ForeignKind{"\x93NUMPY"sv,
                "a NumPy array; pipe it in as text: python3 -c \"import sys, numpy; "
                "numpy.savetxt(sys.stdout, numpy.load(sys.argv[1]), '%.9g')\" FILE | ... -"},
    ForeignKind{"\x80\x04\x95"sv, "a pickle of Python; export it as CSV first"},
    ForeignKind{"SQLite format 3\0"sv,
                "an SQLite database; pipe a table in: sqlite3 -csv -header FILE \"select * from "
                "TABLE\" | ... -"},
    ForeignKind{"\xD0\xCF\x11\xE0"sv, "an old Excel workbook; save it as CSV"},
    ForeignKind{"%PDF-"sv, "a PDF document"},
    ForeignKind{"\x89PNG"sv, "a PNG picture"},
    ForeignKind{"\x89MFPAR\r\n\x04\x03\x02\x01\x01\0\0\0store"sv,
                "a packed store, which is read from a file, not from a pipe: name the file"},
    ForeignKind{"\x89MFPAR\r\n"sv, "a model that mfpar has learnt"},
    ForeignKind{"OBJ\1"sv, "an Avro file; export it as CSV first"},
    ForeignKind{"ORC"sv, "an ORC file; export it as CSV first"},
    ForeignKind{"ARROW1"sv,
                "an Arrow (Feather) file; pipe it in as CSV: python3 -c \"import sys, pandas; "
                "pandas.read_feather(sys.argv[1]).to_csv(sys.stdout, index=False)\" FILE | ... -"},
};

std::string with_file(std::string_view text, const std::string& name) {
  std::string result(text);
  const std::size_t found = result.find("FILE");
  if (found != result.npos && name != "standard input") {
    result.replace(found, 4, shell_word(name));
  }
  return result;
}

std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < count && at + i < bytes.size(); ++i) {
    number |= std::uint32_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  }
  return number;
}

/// The names in the directory at the end of a zip archive, or the first one in `head`.
std::vector<std::string> zip_members(std::string_view head, const std::string& name) {
  std::vector<std::string> members;
  std::ifstream file(name, std::ios::binary | std::ios::ate);
  if (file) {
    constexpr std::streamoff kTail = std::streamoff{1} << 20;
    const std::streamoff size = file.tellg();
    const std::streamoff from = std::max<std::streamoff>(0, size - kTail);
    std::string tail(static_cast<std::size_t>(size - from), '\0');
    file.seekg(from);
    file.read(tail.data(), static_cast<std::streamsize>(tail.size()));
    constexpr std::string_view kEntry = "PK\1\2"sv;
    constexpr std::size_t kEntryBytes = 46;
    for (std::size_t at = tail.find(kEntry); at != tail.npos && at + kEntryBytes <= tail.size();
         at = tail.find(kEntry, at + kEntryBytes)) {
      members.push_back(tail.substr(at + kEntryBytes, little_endian(tail, at + 28, 2)));
    }
  }
  constexpr std::size_t kHeaderBytes = 30;
  if (members.empty() && head.size() > kHeaderBytes) {
    members.emplace_back(head.substr(kHeaderBytes, little_endian(head, 26, 2)));
  }
  std::erase_if(members, [](const std::string& m) { return m.empty() || m.back() == '/'; });
  return members;
}

/// The member that looks most like ratings.
const std::string& best_member(const std::vector<std::string>& members) {
  const auto rank = [](const std::string& member) {
    const std::string name = lowered(member.substr(member.rfind('/') + 1));
    constexpr std::string_view kTables[] = {".csv", ".tsv", ".dat", ".data", ".txt", ".inter"};
    const bool is_table = std::any_of(std::begin(kTables), std::end(kTables),
                                      [&](std::string_view end) { return name.ends_with(end); });
    return (name.find("rating") != name.npos || name == "u.data" ? 4 : 0) + (is_table ? 2 : 0) -
           (name.find("readme") != name.npos || name.starts_with('.') ? 4 : 0);
  };
  return *std::max_element(members.begin(), members.end(),
                           [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

std::string zip_archive(std::string_view head, const std::string& name) {
  const std::vector<std::string> members = zip_members(head, name);
  const auto has = [&](std::string_view begin, std::string_view end) {
    return std::any_of(members.begin(), members.end(), [&](const std::string& member) {
      return member.starts_with(begin) && member.ends_with(end);
    });
  };
  if (has("xl/", "") || (members.size() == 1 && has("[Content_Types]", ""))) {
    return "an Excel workbook; save it as CSV";
  }
  if (has("content.xml", "")) return "an OpenDocument spreadsheet; save it as CSV";
  if (has("", ".npy")) {
    return "a NumPy archive (.npz); ratings are read from one that is named as a file, not in a "
           "pipe";
  }
  if (members.empty()) return "a zip archive; unpack it first";
  std::string what = "a zip archive";
  if (members.size() > 1) what += " of " + std::to_string(members.size()) + " files";
  const std::string member = best_member(members);
  // Brackets are patterns for unzip.
  std::string pattern;
  for (const char c : member) pattern += c == '[' ? std::string("[[]") : std::string(1, c);
  return with_file(what + "; pipe one in: unzip -p FILE " + shell_word(pattern) + " | ... -", name);
}

}  // namespace

std::string foreign_kind(std::string_view head, const std::string& name) {
  if (head.starts_with("PK\x03\x04"sv) || head.starts_with("PK\x05\x06"sv)) {
    return zip_archive(head, name);
  }
  for (const ForeignKind& kind : kForeignKinds) {
    if (head.starts_with(kind.magic)) return with_file(kind.what, name);
  }
  return {};
}

std::string tar_archive(std::string_view head, const std::string& name) {
  constexpr std::size_t kBlock = 512;
  std::vector<std::string> members;
  for (std::size_t at = 0; at + kBlock <= head.size();) {
    const std::string_view header = head.substr(at, kBlock);
    if (header.substr(257, 5) != "ustar") break;
    std::string member(header.substr(0, std::min<std::size_t>(header.find('\0'), 100)));
    const char kind = header[156];
    if ((kind == '0' || kind == '\0') && !member.ends_with('/')) members.push_back(member);
    std::size_t size = 0;
    for (const char digit : header.substr(124, 11)) {
      if (digit >= '0' && digit <= '7') size = 8 * size + static_cast<std::size_t>(digit - '0');
    }
    at += kBlock + (size + kBlock - 1) / kBlock * kBlock;
  }
  if (members.empty()) {
    if (head.size() < kBlock || head.substr(257, 5) != "ustar") return {};
    return with_file("a tar archive; tar -tf FILE lists its files, and tar -xO gets one out", name);
  }
  return with_file("a tar archive; pipe a file of it in: tar -xOf FILE " +
                       shell_word(best_member(members)) + " | ... -",
                   name);
}

}  // namespace mfpar
