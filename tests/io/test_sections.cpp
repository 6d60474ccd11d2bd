// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "io/section_reader.hpp"
#include "io/section_writer.hpp"
#include "mfpar/error.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_sections)

namespace {

constexpr SectionFileKind kKind{.name = "sample", .version = 3};

const std::vector<std::uint64_t> kNumbers{1, 2, 0xFFFFFFFFFFFFFFFFu};
const std::string kText = "five!";

/// A file of three sections: 24 bytes, none, 5 bytes.
std::string sample(const TemporaryFolder& folder) {
  SectionWriter writer(kKind);
  writer.add("numbers", std::span(kNumbers));
  writer.add("nothing", std::span<const float>());
  writer.add("text", std::span(kText));
  writer.write(folder.path("sample"));
  std::ifstream file(folder.path("sample"), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The header and table of a file's bytes, to be forged and put back with a fitting checksum.
struct Beginning {
  SectionFileHeader header;
  std::vector<SectionFileEntry> table;

  explicit Beginning(const std::string& bytes) {
    std::memcpy(&header, bytes.data(), sizeof header);
    table.resize(header.section_count);
    std::memcpy(table.data(), bytes.data() + sizeof header, table.size() * sizeof table[0]);
  }
  void put_into(std::string& bytes) {
    header.checksum = header_checksum(header, table);
    std::memcpy(bytes.data(), &header, sizeof header);
    std::memcpy(bytes.data() + sizeof header, table.data(), table.size() * sizeof table[0]);
  }
};

/// The message that opening a file of these bytes ends with, less the path; "" when it opens.
std::string refusal(const std::string& bytes, bool verify = true) {
  const TemporaryFolder folder;
  const std::string path = folder.write("file", bytes);
  try {
    const SectionReader reader(path, kKind, verify);
  } catch (const Error& e) {
    BOOST_TEST((e.code() == ErrorCode::kBadFile));
    const std::string message = e.what();
    BOOST_TEST(message.starts_with(path + ": "));
    return message.substr(path.size() + 2);
  }
  return "";
}

void check_says(const std::string& bytes, const std::string& part) {
  const std::string message = refusal(bytes);
  BOOST_TEST(message.find(part) != std::string::npos, "'" << message << "' lacks '" << part << "'");
}

}  // namespace

BOOST_AUTO_TEST_CASE(sections_come_back_and_outlive_the_reader) {
  const TemporaryFolder folder;
  const std::string bytes = sample(folder);
  // Header 64, table 3 x 48 up to 208, numbers at 256, nothing at 320, text at 320.
  BOOST_TEST(bytes.size() == 384u);
  FrozenArray<std::uint64_t> numbers;
  FrozenArray<char> text;
  {
    const SectionReader reader(folder.path("sample"), kKind, true);
    numbers = reader.array<std::uint64_t>("numbers");
    text = reader.array<char>("text");
    BOOST_TEST(reader.array<float>("nothing").empty());
    BOOST_CHECK_EXCEPTION(reader.array<float>("none"), Error, [](const Error& e) {
      return std::string(e.what()).find("section 'none' is missing") != std::string::npos;
    });
    BOOST_CHECK_EXCEPTION(reader.array<float>("text"), Error, [](const Error& e) {
      return std::string(e.what()).find(
                 "at byte 320: section 'text': its size, 5 bytes, is no "
                 "multiple of 4") != std::string::npos;
    });
  }
  BOOST_TEST(numbers.span() == kNumbers, boost::test_tools::per_element());
  BOOST_TEST(std::string(text.begin(), text.end()) == kText);
  BOOST_TEST(reinterpret_cast<std::uintptr_t>(text.data()) % kSectionAlignment == 0u);
}

BOOST_AUTO_TEST_CASE(no_flipped_bit_gets_through) {
  const TemporaryFolder folder;
  const std::string bytes = sample(folder);
  const std::string path = folder.path("sample");
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto put = [&](std::size_t position, int byte) {
    file.seekp(static_cast<std::streamoff>(position)).put(static_cast<char>(byte)).flush();
    BOOST_REQUIRE(file.good());
  };
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      put(i, bytes[i] ^ (1 << bit));
      BOOST_CHECK_THROW(SectionReader(path, kKind, true), Error);
    }
    put(i, bytes[i]);
  }
  const SectionReader whole(path, kKind, true);
}

BOOST_AUTO_TEST_CASE(no_other_length_gets_through) {
  const TemporaryFolder folder;
  const std::string bytes = sample(folder);
  const std::string path = folder.path("sample");
  for (std::size_t length = bytes.size(); --length > 0;) {
    std::filesystem::resize_file(path, length);
    for (const bool verify : {true, false}) {
      BOOST_CHECK_EXCEPTION(SectionReader(path, kKind, verify), Error, [](const Error& e) {
        return std::string(e.what()).find("the file is truncated") != std::string::npos;
      });
    }
  }
  check_says(bytes + '\0', "the file is longer than it says: it has 385 bytes");
}

BOOST_AUTO_TEST_CASE(foreign_files_are_told_apart) {
  check_says("", "the file is empty; a sample file was expected");
  check_says("userId,movieId,rating\n1,2,3\n",
             "at byte 0: a sample file was expected, but it is a text file that begins with "
             "'userId,movieId,rating'");
  check_says(std::string("\x1f\x8b\x08\0\0\0", 6), "it is a gzip file; decompress it first");
  check_says("\x28\xb5\x2f\xfd", "it is a zstd file; decompress it first");
  check_says(std::string(5000, '\xab'), R"(it begins with "\xab\xab\xab\xab\xab\xab\xab\xab")");
  check_says("PK\x03\x04" + std::string(99, 'a'), "it is a zip archive; unpack it first");
  const TemporaryFolder folder;
  for (const std::string& path : {folder.path("missing"), folder.path("")}) {
    BOOST_CHECK_EXCEPTION(SectionReader(path, kKind, true), Error, [&](const Error& e) {
      return e.code() == ErrorCode::kSystem && std::string(e.what()).starts_with(path + ": ");
    });
  }
}

// What a checksum cannot find: files that were written so.
BOOST_AUTO_TEST_CASE(each_forgery_has_its_message) {
  const TemporaryFolder folder;
  const std::string good = sample(folder);
  const std::uint64_t huge = std::uint64_t{1} << 63;
  const struct {
    std::function<void(Beginning&)> forge;
    std::string message;
  } cases[] = {
      {[](Beginning&) {}, ""},
      {[](Beginning& b) { b.header.byte_order = 0x04030201; },
       "at byte 8: the file was written on a machine of the other byte order"},
      {[](Beginning& b) { b.header.byte_order = 0; },
       "at byte 8: the mark of the byte order is none"},
      {[](Beginning& b) { b.header.container_version = 2; },
       "at byte 12: the file is of container version 2, this program reads version 1"},
      {[](Beginning& b) { std::memcpy(b.header.kind, "other\0\0", 8); },
       "at byte 16: it is a other file; a sample file was expected"},
      {[](Beginning& b) { b.header.kind_version = 4; },
       "at byte 24: the file is of version 4, this program reads version 3"},
      {[](Beginning& b) {
         b.header.section_count = 0xFFFFFFFF;
         b.table.clear();
       },
       "at byte 28: the header announces 4294967295 sections"},
      {[=](Beginning& b) { b.header.file_size = huge; },
       "at byte 32: the file is truncated: it has 384 bytes and its header announces "
       "9223372036854775808"},
      {[](Beginning& b) { std::memset(b.table[1].name, 0, 24); },
       "at byte 112: the name of section 1 is empty, too long or there twice"},
      {[](Beginning& b) { std::memset(b.table[1].name, 'x', 24); },
       "at byte 112: the name of section 1 is empty, too long or there twice"},
      {[](Beginning& b) { std::memcpy(b.table[1].name, "numbers", 8); },
       "at byte 112: the name of section 1 is empty, too long or there twice"},
      {[](Beginning& b) { b.table[0].offset = 208; },
       "at byte 88: section 'numbers' is misplaced at 208 instead of 256"},
      {[](Beginning& b) { b.table[2].offset = 256; },
       "at byte 184: section 'text' is misplaced at 256 instead of 320"},
      {[=](Beginning& b) { b.table[2].size = huge; },
       "section 'text' of 9223372036854775808 bytes reaches beyond the end of the file"},
      {[](Beginning& b) { b.table[2].size = ~std::uint64_t{0} - 300; },
       "bytes reaches beyond the end of the file"},
      {[](Beginning& b) { b.table[2].size = 65; },
       "section 'text' of 65 bytes reaches beyond the end of the file"},
      {[](Beginning& b) { b.table[2].size = 0; }, "at byte 320: there are bytes behind the last"},
      {[](Beginning& b) { b.table[2].size = 6; },
       "at byte 320: section 'text' does not match its checksum"},
  };
  for (const auto& c : cases) {
    std::string bytes = good;
    Beginning beginning(good);
    c.forge(beginning);
    beginning.put_into(bytes);
    if (c.message.empty()) {
      BOOST_TEST(refusal(bytes) == "");
    } else {
      check_says(bytes, c.message);
    }
  }
}

BOOST_AUTO_TEST_CASE(damage_is_named_by_its_place) {
  const TemporaryFolder folder;
  const std::string good = sample(folder);
  const auto with = [&](std::size_t position) {
    std::string bytes = good;
    bytes[position] = 'X';
    return bytes;
  };
  check_says(with(3), "at byte 0: a sample file was expected");
  check_says(with(44), "at byte 56: header and table do not match their checksum");
  check_says(with(70), "at byte 56: header and table do not match their checksum");
  check_says(with(230), "at byte 230: a byte between sections is not zero");
  check_says(with(260), "at byte 256: section 'numbers' does not match its checksum");
  check_says(with(383), "at byte 383: a byte between sections is not zero");
  // Without verify the contents are taken on trust.
  BOOST_TEST(refusal(with(260), false) == "");
}

BOOST_AUTO_TEST_SUITE_END()
