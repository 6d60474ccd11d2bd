// SPDX-License-Identifier: MIT
#include "io/temporary_names.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "io/file_descriptor.hpp"

namespace mfpar {

namespace {

/// A place for a name; a handler may read it once it is set.
struct NamePlace {
  enum State { kFree, kTaken, kSet };
  std::atomic<int> state{kFree};
  char name[1000];
};
static_assert(std::atomic<int>::is_always_lock_free);

std::array<NamePlace, 64> places;

std::atomic<int> placings{0};

constexpr std::string_view kFirst = ".mfpar-", kLast = ".tmp";

/// The process that made a temporary name; 0 for any other name.
pid_t maker_of(std::string_view name) {
  if (!name.starts_with(kFirst) || !name.ends_with(kLast)) return 0;
  const char* const end = name.data() + name.size();
  pid_t maker = 0;
  const auto [stop, error] = std::from_chars(name.data() + kFirst.size(), end, maker);
  return error == std::errc() && *stop == '-' ? maker : 0;
}

/// Whether nobody uses what has the temporary name `path`. Its process may live where its number
/// is that of another one here, in a container say; then it holds the file.
bool is_left_over(const std::string& path, pid_t maker) {
  if (kill(maker, 0) == 0 || errno != ESRCH) return false;
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  return file.number() >= 0 && flock(file.number(), LOCK_EX | LOCK_NB) == 0;
}

}  // namespace

std::string new_temporary_name(const std::string& directory) {
  static std::atomic<unsigned> counter{0};
  return directory + '/' + std::string(kFirst) + std::to_string(getpid()) + "-" +
         std::to_string(counter.fetch_add(1)) + std::string(kLast);
}

bool hold(int file) noexcept {
  if (flock(file, LOCK_EX | LOCK_NB) != 0) return errno != EWOULDBLOCK;
  struct stat status {};
  return fstat(file, &status) != 0 || status.st_nlink > 0;
}

void remove_left_over(const std::string& directory) noexcept {
  namespace fs = std::filesystem;
  try {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory, error)) {
      const pid_t maker = maker_of(entry.path().filename().native());
      if (maker > 0 && is_left_over(entry.path().native(), maker)) {
        fs::remove_all(entry.path(), error);
      }
    }
  } catch (const std::exception&) {  // it is for another time
  }
}

void remember_temporary_name(const std::string& name) {
  if (name.size() >= sizeof NamePlace::name) return;
  for (NamePlace& place : places) {
    int expected = NamePlace::kFree;
    if (!place.state.compare_exchange_strong(expected, NamePlace::kTaken)) continue;
    std::memcpy(place.name, name.c_str(), name.size() + 1);
    place.state.store(NamePlace::kSet);
    return;
  }
}

void forget_temporary_name(const std::string& name) noexcept {
  for (NamePlace& place : places) {
    if (place.state.load() != NamePlace::kSet || name != place.name) continue;
    place.state.store(NamePlace::kFree);
    return;
  }
}

Placing::Placing() noexcept {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before_);
  placings.fetch_add(1);
}

Placing::~Placing() {
  placings.fetch_sub(1);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

// The wait has an end: the thread that places files may itself wait for one that a signal stopped,
// which has a lock of the heap.
void remove_temporary_names() noexcept {
  constexpr timespec kMoment{0, 1'000'000};
  for (int moment = 0; moment < 1000 && placings.load() > 0; ++moment) nanosleep(&kMoment, nullptr);
  for (NamePlace& place : places) {
    if (place.state.load() == NamePlace::kSet) unlink(place.name);
  }
}

}  // namespace mfpar
