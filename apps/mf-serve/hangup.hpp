// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <functional>
#include <optional>
#include <thread>

namespace mfpar::apps {

/// While it lives SIGHUP ends nothing; what it asks for is done by a thread, one time after the
/// other. To be made before other threads are, which inherit that they do not see the signal. Not
/// synchronised.
class Hangup {
 public:
  Hangup();
  ~Hangup();
  Hangup(const Hangup&) = delete;
  Hangup& operator=(const Hangup&) = delete;

  /// From here on SIGHUP calls `act`, once for one that came before. `act` must not throw. To be
  /// called once.
  void listen(std::function<void()> act);

 private:
  sigset_t signals_;
  sigset_t previous_;
  std::optional<std::jthread> listener_;
};

}  // namespace mfpar::apps
