// SPDX-License-Identifier: MIT
//
// The kernel tells a thread of a page that is gone by SIGBUS, and only then. The handler puts a
// page of zeros in its place, so that the read that faulted goes on, and leaves a note; the reader
// looks for it afterwards. (systemd's journal, whose files others may truncate, does the same.)
#include "io/lost_pages.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <string>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// A mapping that is watched. A handler may touch nothing but what is lock-free.
struct Watched {
  std::atomic<std::uintptr_t> begin{0}, end{0};  // begin 0: free
  std::atomic<bool> lost{false};
};
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free);

std::array<Watched, 256> watched;
std::atomic<std::uintptr_t> page_size{0};

std::mutex counting;               // guards what follows, but for the handler's look at `previous`
std::size_t living = 0;            // of LostPages
struct sigaction previous_action;  // set while the handler is not installed

/// Leaves a signal to whoever handled it before.
void pass_on(int number, siginfo_t* info, void* context) {
  if ((previous_action.sa_flags & SA_SIGINFO) != 0) {
    return previous_action.sa_sigaction(number, info, context);
  }
  if (previous_action.sa_handler != SIG_DFL && previous_action.sa_handler != SIG_IGN) {
    return previous_action.sa_handler(number);
  }
  // Ends the process as soon as this handler returns.
  std::signal(number, SIG_DFL);
  std::raise(number);
}

extern "C" void handle_lost_page(int number, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (Watched& mapping : watched) {
    const std::uintptr_t begin = mapping.begin.load(std::memory_order_acquire);
    if (info->si_code <= 0 || begin == 0 || address < begin || address >= mapping.end.load()) {
      continue;
    }
    const int saved = errno;
    const std::uintptr_t size = page_size.load();
    // The system call itself: what stands before it may not be for handlers, or, as in
    // ThreadSanitizer, takes this for a write to the page that another thread reads.
    const long zeros = syscall(SYS_mmap, address / size * size, size, PROT_READ,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0L);
    errno = saved;
    if (zeros == -1) break;
    mapping.lost.store(true);
    return;
  }
  pass_on(number, info, context);
}

void install() {
  page_size.store(static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE)));
  sigaction(SIGBUS, nullptr, &previous_action);
  struct sigaction action {};
  action.sa_sigaction = handle_lost_page;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, nullptr);
}

/// Unless somebody has put a handler over ours, which may lead to it.
void uninstall() {
  struct sigaction current {};
  sigaction(SIGBUS, nullptr, &current);
  const bool ours =
      (current.sa_flags & SA_SIGINFO) != 0 && current.sa_sigaction == handle_lost_page;
  if (ours) sigaction(SIGBUS, &previous_action, nullptr);
}

}  // namespace

LostPages::LostPages(const void* address, std::size_t size) {
  const auto begin = reinterpret_cast<std::uintptr_t>(address);
  assert(begin != 0);
  const std::lock_guard lock(counting);
  while (place_ < watched.size() && watched[place_].begin.load() != 0) ++place_;
  if (place_ == watched.size()) {
    throw Error(ErrorCode::kSystem, "more than " + std::to_string(watched.size()) +
                                        " files are read at once; read fewer");
  }
  if (living++ == 0) install();
  watched[place_].lost.store(false);
  watched[place_].end.store(begin + size);
  watched[place_].begin.store(begin, std::memory_order_release);
}

LostPages::~LostPages() {
  const std::lock_guard lock(counting);
  watched[place_].begin.store(0);
  if (--living == 0) uninstall();
}

bool LostPages::any() const noexcept { return watched[place_].lost.load(); }

}  // namespace mfpar
