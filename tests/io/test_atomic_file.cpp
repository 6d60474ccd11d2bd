// SPDX-License-Identifier: MIT
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "io/atomic_folder.hpp"
#include "io/temporary_names.hpp"
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
      {folder.path("directory"), "it is a directory; name a file in it"},
      {folder.path("no/such"), "there is no directory '" + folder.path("no") + "'; make it first"},
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

/// Runs `work` in a process of its own, which is killed when it is done.
template <class Work>
void killed_after(const Work& work, int signal) {
  const pid_t child = fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    work();
    std::signal(SIGTERM, [](int) {
      AtomicFile::remove_temporaries();
      _exit(0);
    });
    kill(getpid(), signal);
    pause();
  }
  int status = 0;
  BOOST_REQUIRE(waitpid(child, &status, 0) == child);
}

BOOST_AUTO_TEST_CASE(a_process_that_is_killed_leaves_nothing_behind) {
  for (const std::size_t size : {0, 10, 1'000'000}) {
    for (const int signal : {SIGKILL, SIGTERM}) {
      const TemporaryFolder folder;
      const std::string path = folder.write("old", "old contents");
      killed_after(
          [&] {
            AtomicFile* const a = new AtomicFile(path);
            AtomicFile* const b = new AtomicFile(folder.path("new"));
            a->write(std::string(size, 'x'));
            b->write(std::string(size, 'y'));
            b->finish();
          },
          signal);
      BOOST_TEST(contents(path) == "old contents");
      BOOST_TEST(entries(folder.path("")) == 1u);
    }
  }
}

// Where files cannot be without a name, a handler removes those that are remembered.
BOOST_AUTO_TEST_CASE(temporary_names_are_removed_until_they_are_forgotten) {
  const TemporaryFolder folder;
  const std::string long_name = folder.path(std::string(200, 'n'));
  for (const bool forgotten : {false, true}) {
    std::vector<std::string> names{long_name};
    for (int i = 0; i < 40; ++i) names.push_back(new_temporary_name(folder.path(".")));
    for (const std::string& name : names) {
      std::ofstream(name) << "half";
      remember_temporary_name(name);
      if (forgotten) forget_temporary_name(name);
    }
    AtomicFile::remove_temporaries();
    BOOST_TEST(entries(folder.path("")) == (forgotten ? names.size() : 0u));
    for (const std::string& name : names) forget_temporary_name(name);
  }
}

BOOST_AUTO_TEST_CASE(several_files_appear_together) {
  const TemporaryFolder folder;
  const std::string old = folder.write("old", "old contents"), fresh = folder.path("new");
  chmod(old.c_str(), 0604);
  {
    AtomicFile a(old), b(fresh), device("/dev/null");
    a.write("a");
    b.write("b");
    device.write("nothing");
    AtomicFile::commit_together(std::array{&a, &b, &device});
  }
  BOOST_TEST(contents(old) == "a");
  BOOST_TEST(contents(fresh) == "b");
  BOOST_TEST(mode_of(old) == 0604u);
  BOOST_TEST(entries(folder.path("")) == 2u);
}

// Four files, of which two are there; the place of one of the four is gone, or a folder, when the
// others have been written.
BOOST_AUTO_TEST_CASE(when_one_of_several_files_fails_all_stay_as_they_were) {
  for (std::size_t failing = 0; failing < 4; ++failing) {
    for (const bool is_gone : {true, false}) {
      const TemporaryFolder folder;
      std::vector<std::unique_ptr<AtomicFile>> files;
      std::vector<AtomicFile*> all;
      for (std::size_t i = 0; i < 4; ++i) {
        const std::string sub = "sub" + std::to_string(i);
        fs::create_directory(folder.path(sub));
        if (i % 2 == 0) folder.write(sub + "/file", "old " + std::to_string(i));
        files.push_back(std::make_unique<AtomicFile>(folder.path(sub + "/file")));
        files.back()->write("new " + std::to_string(i));
        all.push_back(files.back().get());
      }
      const std::string sub = folder.path("sub" + std::to_string(failing));
      fs::remove_all(sub);
      if (!is_gone) fs::create_directories(sub + "/file");
      BOOST_TEST(failure([&] { AtomicFile::commit_together(all); }) != "");
      files.clear();
      for (std::size_t i = 0; i < 4; ++i) {
        if (i == failing) continue;
        const std::string other = folder.path("sub" + std::to_string(i));
        BOOST_TEST(entries(other) == (i % 2 == 0 ? 1u : 0u));
        if (i % 2 == 0) BOOST_TEST(contents(other + "/file") == "old " + std::to_string(i));
      }
      BOOST_TEST(fs::exists(sub) == !is_gone);
      if (!is_gone) BOOST_TEST(entries(sub) == 1u);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_all_of_several_files) {
  const TemporaryFolder folder;
  const std::string old = folder.write("old", "old contents");
  std::string message;
  {
    AtomicFile a(old), b(folder.path("new"));
    a.write("short");
    b.write(std::string(2'000, 'x'));
    const FullDisk full(1000);
    message = failure([&] { AtomicFile::commit_together(std::array{&a, &b}); });
  }
  BOOST_TEST(message == folder.path("new") + ": cannot be written: File too large");
  BOOST_TEST(contents(old) == "old contents");
  BOOST_TEST(entries(folder.path("")) == 1u);
}

BOOST_AUTO_TEST_CASE(a_folder_appears_with_all_its_files) {
  const TemporaryFolder folder;
  const std::string path = folder.path("made");
  {
    AtomicFolder files(path);
    files.file("a").write("first");
    files.file("b").write(std::string(1'000'000, 'x'));
    files.file("empty");
    BOOST_TEST(entries(folder.path("")) == 0u);
    files.commit();
  }
  BOOST_TEST(entries(path) == 3u);
  BOOST_TEST(contents(path + "/a") == "first");
  BOOST_TEST(contents(path + "/b").size() == 1'000'000u);
  BOOST_TEST(entries(folder.path("")) == 1u);
  BOOST_TEST(failure([&] { AtomicFolder{path}; }).find("not empty") != std::string::npos);
  {
    AtomicFolder files(folder.path("other"));
    files.file("a").write("first");
    folder.write("other", "came meanwhile");
    BOOST_TEST(failure([&] { files.commit(); }) != "");
  }
  BOOST_TEST(contents(folder.path("other")) == "came meanwhile");
  BOOST_TEST(entries(folder.path("")) == 2u);
  killed_after(
      [&] {
        auto* const files = new AtomicFolder(folder.path("killed"));
        files->file("a").write(std::string(1'000'000, 'x'));
      },
      SIGKILL);
  BOOST_TEST(entries(folder.path("")) == 2u);
}

BOOST_AUTO_TEST_CASE(devices_are_written_and_stay_devices) {
  write_whole("/dev/null", "x");
  BOOST_TEST(fs::is_character_file("/dev/null"));
  BOOST_TEST(failure([] { write_whole("/dev/full", "x"); }) ==
             "/dev/full: cannot be written: No space left on device");
}

BOOST_AUTO_TEST_SUITE_END()
