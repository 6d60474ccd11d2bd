// SPDX-License-Identifier: MIT
#include "mf-serve/hangup.hpp"

#include <pthread.h>

#include <ctime>
#include <stop_token>
#include <utility>

namespace mfpar::apps {

Hangup::Hangup() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals_, &previous_);
}

Hangup::~Hangup() {
  const timespec no_time{};
  while (sigtimedwait(&signals_, nullptr, &no_time) > 0) {  // one that came after all was done
  }
  pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

std::jthread Hangup::listen(std::function<void()> act) const {
  return std::jthread([signals = signals_, act = std::move(act)](const std::stop_token& stop) {
    // Those that end the service are for other threads: here a handler may be put off for as long
    // as no SIGHUP comes, as the thread sanitizer does.
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    const std::stop_callback wake(stop, [self = pthread_self()] { pthread_kill(self, SIGHUP); });
    int signal = 0;
    while (sigwait(&signals, &signal) == 0 && !stop.stop_requested()) act();
  });
}

}  // namespace mfpar::apps
