// SPDX-License-Identifier: MIT
#include "io/temporary_names.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <ctime>

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

}  // namespace

std::string new_temporary_name(const std::string& directory) {
  static std::atomic<unsigned> counter{0};
  return directory + "/.mfpar-" + std::to_string(getpid()) + "-" +
         std::to_string(counter.fetch_add(1)) + ".tmp";
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
