// SPDX-License-Identifier: MIT
//
// Sparse matrices of SciPy (.npz). That SciPy's own files are read, tests/python/test_readers.py
// shows.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "array_archives.hpp"
#include "mfpar/read_ratings.hpp"
#include "parsed_text.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_sparse_archive)

namespace {

using Members = std::vector<std::pair<std::string, std::string>>;
using Int = std::int32_t;

std::string format(const std::string& name) { return npy("|S3", "()", name); }

/// A matrix of 3 x 4 with the entries (0, 1) = 5, (0, 3) = 2.5 and (2, 0) = 1, row 1 being empty.
Members csr() {
  return {{"indices.npy", npy<Int>("<i4", {1, 3, 0})},
          {"indptr.npy", npy<Int>("<i4", {0, 2, 2, 3})},
          {"format.npy", format("csr")},
          {"shape.npy", npy<std::int64_t>("<i8", {3, 4})},
          {"data.npy", npy<double>("<f8", {5, 2.5, 1})}};
}

Members coo() {
  return {{"row.npy", npy<Int>("<i4", {0, 0, 2})},
          {"col.npy", npy<Int>("<i4", {1, 3, 0})},
          {"format.npy", format("coo")},
          {"shape.npy", npy<std::int64_t>("<i8", {3, 4})},
          {"data.npy", npy<double>("<f8", {5, 2.5, 1})}};
}

Members with(Members members, const std::string& name, const std::string& content) {
  for (auto& [member, text] : members) {
    if (member == name + ".npy") text = content;
  }
  return members;
}

/// An archive whose sizes, places and count all stand where they have 64 bits, as those of numpy do
/// beyond 4 GB.
std::string zip64(const Members& members) {
  constexpr std::uint64_t kElsewhere = 0xFFFFFFFF;
  std::string archive, directory;
  for (const auto& [name, content] : members) {
    const std::uint64_t checksum = ::crc32(0, reinterpret_cast<const Bytef*>(content.data()),
                                           static_cast<uInt>(content.size()));
    const std::string common = bytes_of(45, 2) + bytes_of(0, 8) + bytes_of(checksum, 4) +
                               bytes_of(kElsewhere, 4) + bytes_of(kElsewhere, 4) +
                               bytes_of(name.size(), 2);
    const std::string sizes = bytes_of(content.size(), 8) + bytes_of(content.size(), 8);
    const std::string other = bytes_of(0x5455, 2) + bytes_of(1, 2) + "t";
    directory += std::string("PK\1\2") + bytes_of(45, 2) + common + bytes_of(33, 2) +
                 bytes_of(0, 10) + bytes_of(kElsewhere, 4) + name + other + bytes_of(1, 2) +
                 bytes_of(24, 2) + sizes + bytes_of(archive.size(), 8);
    archive += std::string("PK\3\4") + common + bytes_of(20, 2) + name + bytes_of(1, 2) +
               bytes_of(16, 2) + sizes + content;
  }
  const std::size_t begin = archive.size(), end = begin + directory.size();
  return archive + directory + std::string("PK\6\6") + bytes_of(44, 8) + bytes_of(45, 4) +
         bytes_of(0, 8) + bytes_of(members.size(), 8) + bytes_of(members.size(), 8) +
         bytes_of(directory.size(), 8) + bytes_of(begin, 8) + std::string("PK\6\7") +
         bytes_of(0, 4) + bytes_of(end, 8) + bytes_of(1, 4) + std::string("PK\5\6") +
         bytes_of(0, 4) + bytes_of(0xFFFF, 2) + bytes_of(0xFFFF, 2) + bytes_of(kElsewhere, 4) +
         bytes_of(kElsewhere, 4) + bytes_of(0, 2);
}

const std::string kExpected = "0 1 5/0 3 2.5/2 0 1/";

}  // namespace

BOOST_AUTO_TEST_CASE(matrices_are_read_from_memory_and_files) {
  const Members csc = {{"indices.npy", npy<std::int64_t>("<i8", {2, 0, 0})},
                       {"indptr.npy", npy<std::int64_t>("<i8", {0, 1, 2, 2, 3})},
                       {"format.npy", npy("<U3", "()", std::string("c\0\0\0s\0\0\0c\0\0\0", 12))},
                       {"shape.npy", npy<std::int64_t>("<i8", {3, 4})},
                       {"data.npy", npy<float>("<f4", {1, 5, 2.5})}};
  const TemporaryFolder folder;
  for (const bool deflate : {false, true}) {
    for (const auto& [members, expected] : {std::pair(csr(), kExpected),
                                            {coo(), kExpected},
                                            {csc, std::string("2 0 1/0 1 5/0 3 2.5/")}}) {
      BOOST_TEST(parsed(zip(members, deflate)) == expected);
      BOOST_TEST(shown(read_ratings(folder.write("m", zip(members, deflate))).ratings) == expected);
    }
  }
  const std::vector<std::string> twice(2, folder.write("m", zip(csr())));
  BOOST_TEST(shown(read_ratings(twice).ratings) == kExpected + kExpected);
}

BOOST_AUTO_TEST_CASE(values_of_all_types_are_read) {
  const struct {
    std::string array, expected;
  } rows[] = {
      {npy<std::int8_t>("|i1", {5, -2, 1}), "0 1 5/0 3 -2/2 0 1/"},
      {npy<std::uint8_t>("|u1", {5, 200, 1}), "0 1 5/0 3 200/2 0 1/"},
      {npy<std::int16_t>("<i2", {5, -300, 1}), "0 1 5/0 3 -300/2 0 1/"},
      {npy<std::uint16_t>("<u2", {5, 60000, 1}), "0 1 5/0 3 60000/2 0 1/"},
      {npy<std::int64_t>("<i8", {5, -7, 0}), "0 1 5/0 3 -7/2 0 0/"},
      {npy<std::uint32_t>("<u4", {5, 7, 1}), "0 1 5/0 3 7/2 0 1/"},
      {npy<std::uint8_t>("|b1", {1, 1, 1}), "0 1 1/0 3 1/2 0 1/"},
      {npy<float>("<f4", {0.1f, 1e-3f, 3}), "0 1 0.1/0 3 0.001/2 0 3/"},
  };
  for (const auto& row : rows) {
    BOOST_TEST(parsed(zip(with(csr(), "data", row.array))) == row.expected);
  }
}

BOOST_AUTO_TEST_CASE(what_is_said_of_them) {
  const ReadReport report = parse_ratings(zip(csr()), "f").report;
  BOOST_TEST(report.lines == 3u);
  BOOST_REQUIRE(!report.notes.empty());
  BOOST_TEST(report.notes[0] ==
             "read as a sparse matrix of SciPy (csr), 3 x 4: users and items "
             "are numbers of rows and columns, from 0");
  ReadOptions options;
  options.timestamps = ReadOptions::Timestamps::kRequired;
  BOOST_TEST(parsed(zip(csr()), options) == "f: there are no timestamps");
}

BOOST_AUTO_TEST_CASE(many_entries_come_in_pieces) {
  constexpr Int kRows = 1200, kColumns = 1000;
  std::vector<Int> row, column;
  std::vector<float> value;
  for (Int r = 0; r < kRows; ++r) {
    for (Int c = 0; c < kColumns; ++c) {
      row.push_back(r);
      column.push_back(c);
      value.push_back(static_cast<float>((r + c) % 10));
    }
  }
  Members members = with(coo(), "row", npy<Int>("<i4", row));
  members = with(members, "col", npy<Int>("<i4", column));
  members = with(members, "data", npy<float>("<f4", value));
  members = with(members, "shape", npy<std::int64_t>("<i8", {kRows, kColumns}));
  const RatingTable table = parse_ratings(zip(members, true), "f").ratings;
  BOOST_REQUIRE(table.size() == row.size());
  for (std::uint64_t at = 0; at < table.size(); at += 7919) {
    BOOST_TEST(table.users()->id(table.at(at).user) == std::to_string(row[at]));
    BOOST_TEST(table.items()->id(table.at(at).item) == std::to_string(column[at]));
    BOOST_TEST(table.at(at).value == value[at]);
  }
}

BOOST_AUTO_TEST_CASE(matrices_that_are_wrong_are_refused) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const auto without = [](Members members, const std::string& name) {
    std::erase_if(members, [&](const auto& member) { return member.first == name + ".npy"; });
    return members;
  };
  const struct {
    Members members;
    std::string says;
  } rows[] = {
      {without(csr(), "format"), "(.npz) without format; expected a sparse matrix"},
      {without(csr(), "indptr"), "(.npz) without indptr"},
      {without(csr(), "data"), "(.npz) without data"},
      {without(coo(), "row"), "(.npz) without row"},
      {with(csr(), "format", format("bsr")), "of the format \"bsr\"; expected csr, csc or coo"},
      {with(csr(), "format", format("dia")), "matrix.tocsr()"},
      {with(csr(), "shape", npy<std::int64_t>("<i8", {3})), "no pair of whole numbers"},
      {with(csr(), "shape", npy<std::int64_t>("<i8", {-3, 4})), "no pair of whole numbers"},
      {with(csr(), "shape", npy<double>("<f8", {3, 4})), "the array shape holds no whole numbers"},
      {with(csr(), "shape", npy<std::int64_t>("<i8", {2, 4})),
       "indptr has 4 positions; expected one more than 2 rows"},
      {with(csr(), "shape", npy<std::int64_t>("<i8", {3, 3})),
       "entry 2, row 0, column 3: lies outside the matrix of 3 rows and 3 columns"},
      {with(csr(), "indptr", npy<Int>("<i4", {0, 2, 1, 3})), "indptr has 1 at position 2"},
      {with(csr(), "indptr", npy<Int>("<i4", {1, 2, 2, 3})), "indptr has 1 at position 0"},
      {with(csr(), "indptr", npy<Int>("<i4", {0, 2, 2, 4})), "indptr ends with 4; expected"},
      {with(csr(), "indptr", npy<Int>("<i4", {0, 2, 2, 2})), "indptr ends with 2; expected"},
      {with(csr(), "indptr", npy<Int>("<i4", {})), "indptr has 0 positions"},
      {with(csr(), "indptr", npy<float>("<f4", {0, 2, 2, 3})), "indptr holds no whole numbers"},
      {with(csr(), "indices", npy<Int>("<i4", {1, -3, 0})), "row 0, column -3: lies outside"},
      {with(csr(), "indices", npy<Int>("<i4", {1, 3})), "3 values and 2 indices"},
      {with(coo(), "row", npy<Int>("<i4", {0, 0})), "3 values and 2 indices"},
      {with(coo(), "row", npy<Int>("<i4", {0, 0, 3})), "entry 3, row 3, column 0: lies outside"},
      {with(csr(), "data", npy<double>("<f8", {5, kNan, 1})),
       "entry 2, row 0, column 3: is nan; expected a number that is finite"},
      {with(csr(), "data", npy<double>("<f8", {5, 1, 1e300})), "entry 3, row 2, column 0: is inf"},
      {with(csr(), "data", npy("|O", "(3,)", "pickled")), "is of the type '|O'"},
      {with(csr(), "data", npy("<c16", "(3,)", std::string(48, '\0'))), "is of the type '<c16'"},
      {with(csr(), "data", npy("<f2", "(3,)", std::string(6, '\0'))), "is of the type '<f2'"},
      {with(csr(), "data", npy("|S2", "(3,)", "aabbcc")), "the array data holds text"},
      {with(csr(), "data", npy("<f8", "(3, 1)", std::string(24, '\0'))), "the shape (3, 1)"},
      {with(csr(), "data", npy("<f8", "(4,)", std::string(24, '\0'))), "24 follow"},
      {with(csr(), "data", npy("<f8", "(2305843009213693953,)", std::string(8, '\0'))),
       "more than 2^64"},
      {with(csr(), "data", npy("|b1", "(4,)", "\1\1\1")), "the array data is cut off"},
      {with(csr(), "data", "no array"), "it begins with other bytes"},
      {with(csr(), "data", ""), "the file is empty"},
      {with(csr(), "data", npy(">f8", "(3,)", std::string(24, '\0'))), "little-endian"},
  };
  for (const auto& row : rows) {
    for (const bool deflate : {false, true}) {
      const std::string message = parsed(zip(row.members, deflate));
      BOOST_TEST(message.starts_with("f: "), message);
      BOOST_TEST((message.find(row.says) != message.npos), message << "\nfor " << row.says);
    }
  }
}

BOOST_AUTO_TEST_CASE(archives_that_are_wrong_are_refused) {
  const std::string whole = zip(csr(), true);
  const std::size_t end = whole.rfind("PK\5\6"), entry = whole.find("PK\1\2");
  const auto changed = [&](std::size_t at, std::uint64_t number, std::size_t bytes) {
    std::string text = whole;
    return text.replace(at, bytes, bytes_of(number, bytes));
  };
  const struct {
    std::string text, says;
  } rows[] = {
      {whole.substr(0, end), "no directory at its end: it is cut off"},
      {whole.substr(0, 60), "no directory at its end"},
      {whole.substr(0, whole.size() - 3), "is cut off or damaged"},
      {changed(end + 4, 1, 2), "one part of a zip archive of several"},
      {changed(end + 10, 6, 2), "directory is damaged"},
      {changed(end + 10, 0xFFFF, 2), "directory is damaged"},
      {changed(end + 16, 7, 4), "directory is damaged"},
      {changed(end + 16, 0x7FFFFFFF, 4), "directory is damaged"},
      {changed(entry + 8, 1, 2), "\"indices.npy\" is encrypted"},
      {changed(entry + 10, 12, 2), "packed by method 12; expected 0 (stored) or 8 (deflated)"},
      {changed(entry + 10, 0, 2), "cannot hold: it is damaged"},
      {changed(entry + 16, 5, 4), "has another checksum"},
      {changed(entry + 20, 0x7FFFFFFF, 4), "lies outside the zip archive"},
      {changed(entry + 42, 3, 4), "lies outside the zip archive"},
      {changed(entry + 24, 12, 4), "does not unpack to 12 bytes"},
      {changed(entry + 24, 200, 4), "does not unpack to 200 bytes"},
      // Sizes that would take all memory.
      {changed(entry + 24, 0xFFFFFFF0, 4), "says that it unpacks to 4294967280 bytes"},
      {changed(entry + 28, 0xFFFF, 2), "damaged"},
  };
  for (const auto& row : rows) {
    const std::string message = parsed(row.text);
    BOOST_TEST(message.starts_with("f: "), message);
    BOOST_TEST((message.find(row.says) != message.npos), message << "\nfor " << row.says);
  }
  // Cut off, or a byte changed, anywhere: read rightly, or refused.
  for (std::size_t at = 4; at < whole.size(); ++at) {
    BOOST_TEST(parsed(whole.substr(0, at)).starts_with("f:"), "cut at " << at);
    std::string text = whole;
    text[at] = static_cast<char>(text[at] ^ 0x41);
    const std::string read = parsed(text);
    BOOST_TEST((read == kExpected || read.starts_with("f: ")), "byte " << at << ": " << read);
  }
  // What deflates best: a thousandth of what it says it is.
  const std::string zeros(std::size_t{64} << 20, '\0');
  BOOST_TEST((parsed(zip(with(csr(), "data", npy("<f8", "(8388608,)", zeros)), true))
                  .find("8388608 values and 3 indices") != std::string::npos));
}

BOOST_AUTO_TEST_CASE(large_archives_say_their_sizes_elsewhere) {
  const std::string whole = zip64(csr());
  BOOST_TEST(parsed(whole) == kExpected);
  const std::size_t locator = whole.rfind("PK\6\7"), entry = whole.find("PK\1\2");
  const auto changed = [&](std::size_t at, std::uint64_t number, std::size_t bytes) {
    std::string text = whole;
    return text.replace(at, bytes, bytes_of(number, bytes));
  };
  const std::size_t sizes = entry + 46 + std::string("indices.npy").size() + 5 + 4;
  const struct {
    std::string text, says;
  } rows[] = {
      {changed(locator, 0, 4), "directory is damaged"},
      {changed(locator + 8, ~std::uint64_t{0}, 8), "directory is damaged"},
      {changed(locator + 8, whole.size() + 1, 8), "directory is damaged"},
      {changed(locator - 24, 6, 8), "directory is damaged"},
      {changed(locator - 8, ~std::uint64_t{0}, 8), "directory is damaged"},
      {changed(sizes, ~std::uint64_t{0}, 8), "says that it unpacks to 18446744073709551615 bytes"},
      {changed(sizes + 8, ~std::uint64_t{0}, 8), "lies outside the zip archive"},
      {changed(sizes + 16, ~std::uint64_t{0}, 8), "lies outside the zip archive"},
  };
  for (const auto& row : rows) {
    const std::string message = parsed(row.text);
    BOOST_TEST((message.find(row.says) != message.npos), message << "\nfor " << row.says);
  }
  for (std::size_t at = 4; at < whole.size(); ++at) {
    BOOST_TEST(parsed(whole.substr(0, at)).starts_with("f:"), "cut at " << at);
    std::string text = whole;
    text[at] = static_cast<char>(text[at] ^ 0x41);
    const std::string read = parsed(text);
    BOOST_TEST((read == kExpected || read.starts_with("f: ")), "byte " << at << ": " << read);
  }
}

BOOST_AUTO_TEST_SUITE_END()
