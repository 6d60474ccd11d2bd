// SPDX-License-Identifier: MIT
#include "mf-serve/hangup.hpp"

#include <pthread.h>

#include <stop_token>
#include <utility>

namespace mfpar::apps {

Hangup::Hangup() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals_, &previous_);
}

Hangup::~Hangup() {
  if (listener_) {
    listener_->request_stop();
    pthread_kill(listener_->native_handle(), SIGHUP);
    listener_->join();
  }
  pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

void Hangup::listen(std::function<void()> act) {
  listener_.emplace([this, act = std::move(act)](const std::stop_token& stop) {
    int signal = 0;
    while (sigwait(&signals_, &signal) == 0 && !stop.stop_requested()) act();
  });
}

}  // namespace mfpar::apps
