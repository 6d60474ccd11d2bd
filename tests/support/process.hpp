// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "temporary_folder.hpp"

namespace mfpar::tests {

/// What became of a program.
struct Outcome {
  int code = -1;  ///< exit code, or 128 + signal as a shell tells it
  std::string out;
  std::string err;
  long peak_kib = 0;  ///< most memory that was resident
};

/// A program running beside the test, its streams kept in files so that no pipe can fill up. Killed
/// if nobody waits for it. Not synchronised.
class Process {
 public:
  /// Runs `program` with `arguments` in `folder`; it reads `input` and nothing else.
  Process(const std::string& program, const std::vector<std::string>& arguments,
          const std::string& folder, const std::string& input = "") {
    const std::string in = streams_.write("in", input);
    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
    const int kNew = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, path("out").c_str(), kNew, 0600);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, path("err").c_str(), kNew, 0600);
    const int error = posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::system_error(error, std::generic_category(), program);
  }
  ~Process() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }

  void signal(int number) { ::kill(pid_, number); }

  /// What it has written to standard output so far.
  std::string out_so_far() const { return contents("out"); }

  Outcome wait() {
    int status = 0;
    rusage usage{};
    while (::wait4(pid_, &status, 0, &usage) < 0) {
      if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "wait4");
    }
    pid_ = -1;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), contents("out"),
            contents("err"), usage.ru_maxrss};
  }

 private:
  std::string path(const std::string& name) const { return streams_.path(name); }
  std::string contents(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TemporaryFolder streams_;
  pid_t pid_ = -1;
};

}  // namespace mfpar::tests
