// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <csetjmp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "io/lost_pages.hpp"
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

// Sizes around pages, cut to around pages: within the last page nothing faults, beyond it the
// kernel sends SIGBUS.
BOOST_AUTO_TEST_CASE(a_file_that_becomes_shorter_while_it_is_read_is_an_error) {
  const TemporaryFolder folder;
  const auto path = folder.path("data");
  const std::string expected =
      path + ": became shorter while it was read; try again when it is whole";
  for (const std::size_t size : {1, 4095, 4096, 4097, 8192, 50'000, 300'001}) {
    for (const std::size_t left : {std::size_t{0}, size / 3, size / 2, size - 1}) {
      for (const bool throws : {false, true}) {
        folder.write("data", std::string(size, 'x'));
        const MappedFile file(path, MappedFile::Access::kSequential);
        std::size_t read = 0;
        const auto body = [&] {
          std::filesystem::resize_file(path, left);
          for (const char c : file.text()) read += c == 'x' || c == '\0';
          if (throws) throw Error(ErrorCode::kBadData, "a line of zeros");
        };
        BOOST_CHECK_EXCEPTION(file.read(body), Error, [&](const Error& e) {
          return e.what() == expected && e.code() == ErrorCode::kSystem;
        });
        BOOST_TEST(read == size);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(threads_read_files_that_become_shorter_beside_each_other) {
  const TemporaryFolder folder;
  constexpr std::size_t kSize = 200'000;
  std::vector<std::jthread> threads;
  std::atomic<int> failed{0}, whole{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 20; ++round) {
        const auto path = folder.write("data" + std::to_string(t), std::string(kSize, 'x'));
        const MappedFile file(path, MappedFile::Access::kSequential);
        const bool cut = round % 2 == 0;
        try {
          file.read([&] {
            if (cut) std::filesystem::resize_file(path, 5'000);
            const auto text = file.text();
            if (std::count(text.begin(), text.end(), 'x') == kSize) ++whole;
          });
        } catch (const Error&) {
          ++failed;
        }
      }
    });
  }
  threads.clear();
  BOOST_TEST(failed == 80);
  BOOST_TEST(whole == 80);
}

BOOST_AUTO_TEST_CASE(what_the_body_throws_of_a_whole_file_comes_through) {
  const TemporaryFolder folder;
  for (const std::size_t size : {0, 1, 5'000}) {
    const MappedFile file(folder.write("data", std::string(size, 'x')),
                          MappedFile::Access::kSequential);
    BOOST_CHECK_THROW(file.read([] { throw std::runtime_error("my own"); }), std::runtime_error);
    bool ran = false;
    file.read([&] { ran = true; });
    BOOST_TEST(ran);
  }
}

// A fault in a mapping that nobody reads so goes to the handler that was there before, and to
// nobody else's after.
BOOST_AUTO_TEST_CASE(other_faults_are_left_to_the_handler_before) {
  static sigjmp_buf back;
  struct sigaction before {
  }, mine{}, after{};
  const TemporaryFolder folder;
  const MappedFile file(folder.write("read", "text"), MappedFile::Access::kSequential);
  const auto lost = folder.write("lost", std::string(5'000, 'x'));
  const MappedFile other(lost);
  std::filesystem::resize_file(lost, 0);
  for (const bool takes_place : {false, true}) {
    if (takes_place) {
      mine.sa_flags = SA_SIGINFO;
      mine.sa_sigaction = [](int, siginfo_t*, void*) { siglongjmp(back, 1); };
    } else {
      mine.sa_handler = [](int) { siglongjmp(back, 1); };
    }
    sigemptyset(&mine.sa_mask);
    BOOST_REQUIRE(sigaction(SIGBUS, &mine, &before) == 0);
    volatile bool jumped = false;
    file.read([&] {
      if (sigsetjmp(back, 1) != 0) {
        jumped = true;
        return;
      }
      [[maybe_unused]] volatile char gone = other.text()[0];
    });
    BOOST_TEST(jumped);
    sigaction(SIGBUS, &before, &after);
    BOOST_TEST((after.sa_handler == mine.sa_handler));
  }
}

BOOST_AUTO_TEST_CASE(hundreds_of_files_are_read_at_once_and_no_more) {
  const TemporaryFolder folder;
  const MappedFile file(folder.write("read", "text"));
  const auto watch = [&] {
    return std::make_unique<LostPages>(file.text().data(), file.text().size());
  };
  std::vector<std::unique_ptr<LostPages>> all;
  for (int n = 0; n < 256; ++n) all.push_back(watch());
  BOOST_CHECK_EXCEPTION(watch(), Error, [](const Error& e) {
    return e.code() == ErrorCode::kSystem &&
           e.what() == std::string("more than 256 files are read at once; read fewer");
  });
  all.erase(all.begin() + 7);
  BOOST_TEST(!watch()->any());
}

BOOST_AUTO_TEST_CASE(a_copy_stays_as_it_was_whatever_becomes_of_the_file) {
  const TemporaryFolder folder;
  for (const std::size_t size : {0, 1, 4'096, 100'001, 5'000'000}) {
    const std::string text(size, 'x');
    const auto path = folder.write("data", text);
    const MappedFile file(path, MappedFile::Access::kCopy);
    folder.write("data", std::string(size / 2, 'y'));
    BOOST_TEST((file.text() == text));
    std::filesystem::resize_file(path, 0);
    BOOST_TEST((file.text() == text));
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_mapped_says_why) {
  const TemporaryFolder folder;
  const auto missing = folder.path("missing");
  BOOST_TEST(failure(missing) == missing + ": cannot be opened: No such file or directory");
  BOOST_TEST(failure(folder.path("")) == folder.path("") + ": is a directory; expected a file");
  BOOST_TEST(failure("/dev/null") == "/dev/null: is not a regular file; copy what it gives to one");
}

BOOST_AUTO_TEST_SUITE_END()
