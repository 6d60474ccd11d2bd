// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "compressed_text.hpp"
#include "io/compressed_input.hpp"
#include "mfpar/error.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(test_compressed_input)

namespace {

/// Lines that do not compress to nothing.
std::string some_text(int lines) {
  std::string text;
  std::uint32_t number = 1;
  for (int i = 0; i < lines; ++i) {
    number = number * 1664525u + 1013904223u;
    text += std::to_string(number) + "," + std::to_string(i) + ",3.5\n";
  }
  return text;
}

/// All of `file`, read in pieces of `piece` bytes; the message where that fails.
std::string read_all(const std::string& path, std::size_t piece = 1 << 16) {
  try {
    CompressedInput input(open_for_reading(path), "ratings");
    std::string text, buffer(piece, '\0');
    for (;;) {
      const std::size_t got = input.read(buffer);
      text.append(buffer, 0, got);
      if (got < piece) return text;
    }
  } catch (const Error& error) {
    BOOST_TEST((error.code() == ErrorCode::kBadData));
    return error.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_compressed_comes_back) {
  const TemporaryFolder folder;
  // Sizes around the sniffed head and the buffers.
  for (const int lines : {0, 1, 200, 20'000}) {
    const std::string text = some_text(lines);
    for (const std::size_t piece : {100, 4096, 1 << 20}) {
      BOOST_TEST((read_all(folder.write("plain", text), piece) == text));
      BOOST_TEST((read_all(folder.write("gz", gzip(text)), piece) == text));
      BOOST_TEST((read_all(folder.write("zst", zstd(text)), piece) == text));
    }
  }
}

BOOST_AUTO_TEST_CASE(parts_compressed_one_behind_the_other_are_one_text) {
  const TemporaryFolder folder;
  const std::string one = some_text(500), two = some_text(3'000);
  BOOST_TEST((read_all(folder.write("gz", gzip(one) + gzip(two))) == one + two));
  BOOST_TEST((read_all(folder.write("zst", zstd(one) + zstd(two))) == one + two));
  // A skippable frame, which parallel compressors write, holds nothing.
  const std::string skippable("\x53\x2A\x4D\x18\x03\0\0\0abc", 11);
  BOOST_TEST((read_all(folder.write("zst", zstd(one) + skippable + zstd(two))) == one + two));
}

BOOST_AUTO_TEST_CASE(a_file_that_was_cut_off_is_an_error_wherever_it_was_cut) {
  const TemporaryFolder folder;
  const std::string text = some_text(2'000);
  for (const std::string& packed : {gzip(text), zstd(text)}) {
    for (std::size_t size = 4; size < packed.size(); size += size < 40 ? 1 : 997) {
      const std::string message = read_all(folder.write("cut", packed.substr(0, size)));
      BOOST_TEST(message.find("cut off") != message.npos, size << ": " << message.substr(0, 200));
    }
    for (std::size_t missing = 1; missing < 12; ++missing) {
      // The compressor used here ends with an empty frame of 9 bytes; without it the file is whole.
      if (missing == 9 && packed.starts_with("\x28\xB5")) continue;
      const auto path = folder.write("cut", packed.substr(0, packed.size() - missing));
      const std::string message = read_all(path);
      BOOST_TEST(message.find("cut off") != message.npos,
                 missing << ": " << message.substr(0, 200));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_becomes_shorter_while_it_is_read_is_an_error) {
  const TemporaryFolder folder;
  const std::string text = some_text(50'000);
  for (const std::string& whole : {text, gzip(text), zstd(text)}) {
    for (const std::size_t left : {std::size_t{0}, whole.size() / 2, whole.size() - 1}) {
      const std::string path = folder.write("ratings", whole);
      CompressedInput input(open_for_reading(path), "ratings");
      std::string buffer(1000, '\0');
      BOOST_TEST(input.read(buffer) == buffer.size());
      BOOST_REQUIRE(::truncate(path.c_str(), static_cast<off_t>(left)) == 0);
      std::string message;
      try {
        while (input.read(buffer) == buffer.size()) {
        }
      } catch (const Error& error) {
        BOOST_TEST((error.code() == ErrorCode::kSystem));
        message = error.what();
      }
      BOOST_TEST(message ==
                 "ratings: became shorter while it was read; try again when it is whole");
    }
  }
}

BOOST_AUTO_TEST_CASE(damage_is_an_error) {
  const TemporaryFolder folder;
  std::string packed = gzip(some_text(2'000));
  packed[packed.size() / 2] ^= 0x55;
  const std::string message = read_all(folder.write("damaged", packed));
  BOOST_TEST(message.starts_with("ratings: gzip data are damaged or cut off ("), message);
  // What follows the last frame or member is damage too.
  for (const std::string& whole : {gzip("1,2,3\n"), zstd("1,2,3\n")}) {
    BOOST_TEST(read_all(folder.write("longer", whole + "more")).find("damaged") !=
               std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(other_kinds_of_files_are_named) {
  const struct {
    std::string_view bytes, said;
  } kinds[] = {
      {"PK\x03\x04rest"sv, "a zip archive"},   {"BZh91AY"sv, "bzip2 data"},
      {"\xFD\x37zXZ\0"sv, "xz data"},          {"7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive"},
      {"\x04\x22\x4D\x18"sv, "lz4 data"},      {"PAR1rest"sv, "a Parquet file"},
      {"\x89HDF\r\n\x1A\n"sv, "an HDF5 file"},
  };
  const TemporaryFolder folder;
  for (const auto& kind : kinds) {
    const std::string message = read_all(folder.write("foreign", kind.bytes));
    BOOST_TEST(message.starts_with("ratings: looks like " + std::string(kind.said)), message);
  }
  const auto said_of = [](std::string_view head) -> std::string {
    try {
      require_text(head, "ratings");
      return "text";
    } catch (const Error& error) {
      return error.what();
    }
  };
  BOOST_TEST(said_of("1,2,3\n") == "text");
  BOOST_TEST(said_of("") == "text");
  BOOST_TEST(said_of("1,2\0,3"sv) ==
             "ratings: looks like a binary file (it has NUL bytes); expected text, plain or "
             "compressed with gzip or zstd");
  BOOST_TEST(said_of("\xFF\xFE\x31\0"sv).starts_with("ratings: looks like UTF-16 text"));
}

BOOST_AUTO_TEST_CASE(a_pipe_is_read_to_its_end) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  const std::string text = some_text(100);
  const std::string packed = gzip(text);
  {
    const FileDescriptor in(ends[1]);
    BOOST_REQUIRE(::write(in.number(), packed.data(), packed.size()) ==
                  static_cast<ssize_t>(packed.size()));
  }
  CompressedInput input(FileDescriptor{ends[0]}, "standard input");
  std::string buffer(1 << 16, '\0');
  const std::size_t got = input.read(buffer);
  BOOST_TEST((buffer.substr(0, got) == text));
  BOOST_TEST((input.compression() == Compression::kGzip));
}

BOOST_AUTO_TEST_SUITE_END()
