// SPDX-License-Identifier: MIT
#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "mfpar/atomic_file.hpp"
#include "mfpar/error.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(test_atomic_file)

namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t entries(const std::string& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

void write_whole(const std::string& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

unsigned mode_of(const std::string& path) {
  struct stat status {};
  BOOST_REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777u;
}

/// The message of the Error(kSystem) that `call` ends with, or "".
template <class Call>
std::string failure(const Call& call) {
  try {
    call();
  } catch (const Error& e) {
    BOOST_TEST((e.code() == ErrorCode::kSystem));
    return e.what();
  }
  return "";
}

/// Files of this process cannot grow beyond `bytes` while this lives: a disk that is full for root
/// too.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_file_appears_when_it_is_committed) {
  const TemporaryFolder folder;
  const std::string path = folder.path("new");
  // Longer than the buffer, in pieces that do not divide it, and one that bypasses it.
  std::string expected;
  {
    AtomicFile file(path);
    for (int i = 0; i < 30'000; ++i) {
      const std::string piece = "piece " + std::to_string(i) + '\n';
      file.write(piece);
      expected += piece;
    }
    const std::string large(1'000'000, 'x');
    file.write(large);
    file.write("end");
    expected += large + "end";
    BOOST_TEST(!fs::exists(path));
    file.commit();
  }
  BOOST_TEST((contents(path) == expected));
  BOOST_TEST(entries(folder.path("")) == 1u);
}

BOOST_AUTO_TEST_CASE(without_commit_nothing_changes) {
  const TemporaryFolder folder;
  const std::string path = folder.write("old", "old contents");
  {
    AtomicFile file(path);
    file.write(std::string(1'000'000, 'x'));
  }
  BOOST_TEST(contents(path) == "old contents");
  BOOST_TEST(entries(folder.path("")) == 1u);
}

BOOST_AUTO_TEST_CASE(permissions_are_those_of_the_file_before) {
  const TemporaryFolder folder;
  const mode_t old_mask = umask(027);
  write_whole(folder.path("new"), "x");
  umask(old_mask);
  BOOST_TEST(mode_of(folder.path("new")) == 0640u);
  const std::string path = folder.write("old", "x");
  chmod(path.c_str(), 0604);
  write_whole(path, "y");
  BOOST_TEST(contents(path) == "y");
  BOOST_TEST(mode_of(path) == 0604u);
}

BOOST_AUTO_TEST_CASE(links_stay_and_what_they_point_to_is_replaced) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path("sub"));
  folder.write("sub/target", "old");
  fs::create_symlink("sub/target", folder.path("link"));
  fs::create_symlink("link", folder.path("link to link"));
  write_whole(folder.path("link to link"), "new");
  BOOST_TEST(fs::is_symlink(folder.path("link")));
  BOOST_TEST(fs::is_symlink(folder.path("link to link")));
  BOOST_TEST(contents(folder.path("sub/target")) == "new");
  fs::create_symlink("sub/not yet", folder.path("dangling"));
  write_whole(folder.path("dangling"), "made");
  BOOST_TEST(contents(folder.path("sub/not yet")) == "made");
}

BOOST_AUTO_TEST_CASE(a_name_without_a_directory_is_in_the_current_one) {
  const TemporaryFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path(""));
  const std::string message = failure([] { write_whole("plain", "x"); });
  fs::current_path(before);
  BOOST_TEST(message == "");
  BOOST_TEST(contents(folder.path("plain")) == "x");
  BOOST_TEST(entries(folder.path("")) == 1u);
}

BOOST_AUTO_TEST_CASE(each_place_that_cannot_be_written_is_refused_alike_by_check) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path("directory"));
  fs::create_symlink("loop", folder.path("loop"));
  const std::string file = folder.write("file", "x");
  const std::pair<std::string, std::string> cases[] = {
      {folder.path("directory"), "it is a directory"},
      {folder.path("no/such"), "No such file or directory"},
      {folder.path("new/"), "the name is that of a directory"},
      {file + "/below", "Not a directory"},
      {folder.path("loop"), "Too many levels of symbolic links"},
      {folder.path(std::string(300, 'n')), "File name too long"},
      {"", "the name is empty"},
  };
  const std::size_t before = entries(folder.path(""));
  for (const auto& [path, reason] : cases) {
    const std::string checked = failure([&, &target = path] { AtomicFile::check(target); });
    BOOST_TEST(checked.starts_with(path + ": cannot be written: " + reason), checked);
    BOOST_TEST(failure([&, &target = path] { AtomicFile{target}; }) == checked);
  }
  BOOST_TEST(entries(folder.path("")) == before);
}

BOOST_AUTO_TEST_CASE(check_leaves_what_is_there) {
  const TemporaryFolder folder;
  const std::string path = folder.write("old", "old contents");
  AtomicFile::check(path);
  AtomicFile::check(folder.path("new"));
  AtomicFile::check("/dev/null");
  BOOST_TEST(contents(path) == "old contents");
  BOOST_TEST(entries(folder.path("")) == 1u);
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_what_is_there) {
  const TemporaryFolder folder;
  const std::string path = folder.write("old", "old contents");
  std::string large, small;
  {
    const FullDisk full(1000);
    large = failure([&] { write_whole(path, std::string(2'000'000, 'x')); });  // fails in write()
    small = failure([&] { write_whole(path, std::string(2'000, 'x')); });      // fails in commit()
  }
  BOOST_TEST(large == path + ": cannot be written: File too large");
  BOOST_TEST(small == large);
  BOOST_TEST(contents(path) == "old contents");
  BOOST_TEST(entries(folder.path("")) == 1u);
}

BOOST_AUTO_TEST_CASE(devices_are_written_and_stay_devices) {
  write_whole("/dev/null", "x");
  BOOST_TEST(fs::is_character_file("/dev/null"));
  BOOST_TEST(failure([] { write_whole("/dev/full", "x"); }) ==
             "/dev/full: cannot be written: No space left on device");
}

BOOST_AUTO_TEST_SUITE_END()
