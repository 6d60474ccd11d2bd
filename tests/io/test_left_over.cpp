// SPDX-License-Identifier: MIT
//
// Temporary names of processes that were killed while a file or folder took its place.
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "io/atomic_folder.hpp"
#include "io/file_descriptor.hpp"
#include "io/temporary_names.hpp"
#include "mfpar/atomic_file.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(test_left_over)

// A file that is replaced has a temporary name for a moment, and so has a folder.
BOOST_AUTO_TEST_CASE(what_killed_processes_left_is_removed_by_the_next) {
  pid_t dead = 0, living = 0;
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  if ((dead = fork()) == 0) _exit(0);
  waitpid(dead, nullptr, 0);
  if ((living = fork()) == 0) {
    char byte;
    _exit(read(ends[0], &byte, 1) == 1 ? 0 : 1);
  }
  const auto name = [](pid_t maker, const std::string& number) {
    return ".mfpar-" + std::to_string(maker) + '-' + number + ".tmp";
  };
  const struct {
    std::string name;
    bool is_folder, is_held, stays;
  } rows[] = {
      {name(dead, "0"), false, false, false},
      {name(dead, "17"), false, false, false},
      {name(dead, "1"), true, false, false},
      {name(dead, "2"), false, true, true},  // a process of another container has that number
      {name(living, "0"), false, false, true},
      {name(getpid(), "99"), false, false, true},
      {name(dead, "3") + "x", false, false, true},
      {"mfpar-" + std::to_string(dead) + "-0.tmp", false, false, true},
      {".mfpar-x-0.tmp", false, false, true},
      {".mfpar-0-0.tmp", false, false, true},
      {".mfpar-" + std::to_string(dead) + ".tmp", false, false, true},
      {".mfpar-.tmp", false, false, true},
      {"films.model", false, false, true},
  };
  for (const bool in_a_folder : {false, true}) {
    const TemporaryFolder folder;
    std::vector<FileDescriptor> held;
    for (const auto& row : rows) {
      if (row.is_folder) fs::create_directory(folder.path(row.name));
      const std::string path = folder.write(row.name + (row.is_folder ? "/a" : ""), "half");
      if (!row.is_held) continue;
      held.push_back(open_for_reading(path));
      BOOST_TEST(hold(held.back().number()));
    }
    in_a_folder ? AtomicFolder::check(folder.path("new")) : AtomicFile::check(folder.path("new"));
    for (const auto& row : rows) {
      BOOST_TEST(fs::exists(folder.path(row.name)) == row.stays, row.name);
    }
    // Once nobody holds it any more.
    held.clear();
    AtomicFile::check(folder.path("new"));
    BOOST_TEST(!fs::exists(folder.path(rows[3].name)));
  }
  BOOST_TEST(write(ends[1], "q", 1) == 1);
  waitpid(living, nullptr, 0);
  close(ends[0]);
  close(ends[1]);
}

BOOST_AUTO_TEST_CASE(what_is_being_written_is_held) {
  const TemporaryFolder folder;
  const std::string path = folder.write("old", "old contents");
  AtomicFile file(path);
  file.write("new contents");
  int open = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    const std::string target = fs::read_symlink(entry.path(), error).native();
    if (!target.starts_with(fs::canonical(folder.path("")).native())) continue;
    const FileDescriptor again = open_for_reading(entry.path().native());
    BOOST_TEST(flock(again.number(), LOCK_EX | LOCK_NB) == -1, target);
    ++open;
  }
  BOOST_TEST(open == 1);
  file.commit();
  BOOST_TEST(flock(open_for_reading(path).number(), LOCK_EX | LOCK_NB) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
