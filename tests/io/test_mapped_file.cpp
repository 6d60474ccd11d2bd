// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>

#include "io/mapped_file.hpp"
#include "mfpar/error.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_mapped_file)

namespace {

/// The message of the Error(kSystem) that mapping `path` throws.
std::string failure(const std::string& path) {
  try {
    const MappedFile file(path);
  } catch (const Error& error) {
    BOOST_TEST((error.code() == ErrorCode::kSystem));
    return error.what();
  }
  return "no error";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_file_reads_as_memory_whatever_its_size) {
  const TemporaryFolder folder;
  for (const std::size_t size : {0, 1, 4095, 4096, 4097, 100'001}) {
    std::string text(size, 'x');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    const auto path = folder.write("data", text);
    const MappedFile file(path, MappedFile::Access::kSequential);
    BOOST_TEST(file.size() == size);
    BOOST_TEST((file.text() == text));
    BOOST_TEST(file.bytes().size() == size);
    BOOST_TEST(file.path() == path);
  }
}

BOOST_AUTO_TEST_CASE(dropped_pages_read_the_same_again) {
  const TemporaryFolder folder;
  std::string text(50'000, 'x');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 23);
  const MappedFile file(folder.write("data", text));
  for (const std::size_t begin : {0, 1, 4096, 30'000, 50'000}) {
    for (const std::size_t end : {begin, begin + 5'000, text.size()}) {
      if (end > text.size()) continue;
      BOOST_TEST((file.text() == text));
      file.drop(begin, end);
      BOOST_TEST((file.text() == text));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_shared_mapping_outlives_its_name) {
  const TemporaryFolder folder;
  const auto path = folder.write("data", "still here");
  const auto file = MappedFile::shared(path);
  BOOST_REQUIRE(::unlink(path.c_str()) == 0);
  BOOST_TEST(file->text() == "still here");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_mapped_says_why) {
  const TemporaryFolder folder;
  const auto missing = folder.path("missing");
  BOOST_TEST(failure(missing) == missing + ": cannot be opened: No such file or directory");
  BOOST_TEST(failure(folder.path("")) == folder.path("") + ": is a directory; expected a file");
  BOOST_TEST(failure("/dev/null") == "/dev/null: is not a regular file and cannot be mapped");
}

BOOST_AUTO_TEST_SUITE_END()
