// SPDX-License-Identifier: MIT
//
// A handler may do almost nothing, and std::stop_source::request_stop() runs callbacks and locks.
// So the handler writes one byte into a pipe, and a thread that reads it requests the stop.
#include "common/interrupt.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <iterator>
#include <string>
#include <system_error>

#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
constexpr char kSignalled = 's', kQuit = 'q';

// Lock-free, as a handler needs it.
std::atomic<int> write_end{-1};
static_assert(std::atomic<int>::is_always_lock_free);

std::array<struct sigaction, std::size(kSignals)> previous;  // set while no handler is installed

void write_byte(int file, char byte) {
  while (write(file, &byte, 1) < 0 && errno == EINTR) {
  }
}

extern "C" void handle_interrupt(int number) {
  const int saved = errno;
  write_byte(write_end.load(std::memory_order_relaxed), kSignalled);
  // The second one is for whoever handled the first one before.
  for (std::size_t i = 0; i < previous.size(); ++i) {
    if (kSignals[i] == number) sigaction(number, &previous[i], nullptr);
  }
  errno = saved;
}

}  // namespace

Interrupt::Interrupt() {
  if (pipe2(pipe_, O_CLOEXEC) != 0) {
    throw Error(ErrorCode::kSystem,
                std::string("no pipe for signals: ") + std::system_category().message(errno));
  }
  assert(write_end.load() == -1);
  write_end.store(pipe_[1]);
  listener_ = std::jthread([this] {
    // Other threads take the signals: the thread sanitizer puts a handler off for as long as this
    // one reads.
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : kSignals) sigaddset(&signals, number);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    for (char byte = 0; byte != kQuit;) {
      const auto count = read(pipe_[0], &byte, 1);
      if (count < 0 && errno != EINTR) return;
      if (count == 1 && byte == kSignalled) source_.request_stop();
    }
  });
  struct sigaction action {};
  action.sa_handler = handle_interrupt;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < previous.size(); ++i) {
    sigaction(kSignals[i], nullptr, &previous[i]);
    // What nohup, or a shell for what runs in the background, ignores stays ignored.
    const bool ignored = previous[i].sa_handler == SIG_IGN;
    if (!ignored) sigaction(kSignals[i], &action, nullptr);
  }
}

Interrupt::~Interrupt() {
  for (std::size_t i = 0; i < previous.size(); ++i) {
    sigaction(kSignals[i], &previous[i], nullptr);
  }
  write_byte(pipe_[1], kQuit);
  listener_.join();
  write_end.store(-1);
  close(pipe_[0]);
  close(pipe_[1]);
}

}  // namespace mfpar::apps
