// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <functional>
#include <thread>

namespace mfpar::apps {

/// While it lives SIGHUP ends nothing. To be made before other threads are, which inherit that they
/// do not see the signal. Not synchronised.
class Hangup {
 public:
  Hangup();
  ~Hangup();
  Hangup(const Hangup&) = delete;
  Hangup& operator=(const Hangup&) = delete;

  /// A thread that calls `act` at every SIGHUP until it is asked to stop, one time after the other;
  /// at once for one that came before. `act` must not throw.
  std::jthread listen(std::function<void()> act) const;

 private:
  sigset_t signals_;
  sigset_t previous_;
};

}  // namespace mfpar::apps
