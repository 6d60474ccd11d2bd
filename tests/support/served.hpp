// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "process.hpp"

namespace mfpar::tests {

/// An mf-serve of one's own on a free port of 127.0.0.1; killed if nobody ends it. Not
/// synchronised.
class Served {
 public:
  /// Starts `program MODEL --port 0 ARGUMENTS...` in `folder` and waits until it listens.
  Served(const std::string& program, const std::string& model, const std::string& folder,
         std::vector<std::string> arguments = {})
      : process_(program, with_model(model, std::move(arguments)), folder) {
    const std::string sign = "listening on http://127.0.0.1:";
    for (int tries = 0; tries < 3000; ++tries) {
      const std::string out = process_.out_so_far();
      const std::size_t at = out.find(sign);
      if (at != out.npos && out.ends_with('\n')) {
        port_ = static_cast<std::uint16_t>(std::stoi(out.substr(at + sign.size())));
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("mf-serve does not listen");
  }

  std::uint16_t port() const { return port_; }
  pid_t pid() const { return process_.pid(); }
  void signal(int number) { process_.signal(number); }

  /// Waits for its end, asking for it first.
  Outcome stop() {
    process_.signal(SIGTERM);
    return process_.wait();
  }
  Outcome wait() { return process_.wait(); }

 private:
  static std::vector<std::string> with_model(const std::string& model,
                                             std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {model, "--port", "0"});
    return arguments;
  }

  Process process_;
  std::uint16_t port_ = 0;
};

}  // namespace mfpar::tests
