// SPDX-License-Identifier: MIT
#include "mf-eval/spooled_input.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

[[noreturn]] void fail() {
  throw Error(ErrorCode::kSystem, std::string("standard input cannot be kept: ") +
                                      std::system_category().message(errno));
}

/// As read() and write(), whatever signals come.
template <class Call>
std::size_t retried(const Call& call) {
  ssize_t count = 0;
  do {
    count = call();
  } while (count < 0 && errno == EINTR);
  if (count < 0) fail();
  return static_cast<std::size_t>(count);
}

}  // namespace

SpooledInput::SpooledInput(const std::string& path) {
  if (path != "-") return;
  file_ = ::memfd_create("standard input", MFD_CLOEXEC);
  if (file_ < 0) fail();
  path_ = "/proc/self/fd/" + std::to_string(file_);
  std::vector<char> block(std::size_t{1} << 20);
  while (const std::size_t count =
             retried([&] { return ::read(STDIN_FILENO, block.data(), block.size()); })) {
    for (std::size_t done = 0; done < count;) {
      done += retried([&] { return ::write(file_, block.data() + done, count - done); });
    }
  }
}

SpooledInput::~SpooledInput() {
  if (file_ >= 0) ::close(file_);
}

std::string SpooledInput::named(std::string message) const {
  if (path_.empty()) return message;
  for (std::size_t at; (at = message.find(path_)) != message.npos;) {
    message.replace(at, path_.size(), "standard input");
  }
  return message;
}

}  // namespace mfpar::apps
