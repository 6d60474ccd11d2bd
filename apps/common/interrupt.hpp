// SPDX-License-Identifier: MIT
#pragma once

#include <stop_token>
#include <thread>

namespace mfpar::apps {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP (a connection that dropped) requests a stop
/// instead of ending the process; the second of a kind is handled as before. A
/// signal that was ignored stays so, as nohup asks for. One at a time in a process. token() is safe
/// from any thread.
class Interrupt {
 public:
  /// Throws Error(kSystem) when the system has no pipe left.
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  bool requested() const { return source_.stop_requested(); }

 private:
  std::stop_source source_;
  int pipe_[2];
  std::jthread listener_;
};

}  // namespace mfpar::apps
