// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace mfpar {

/// A message on its way. For one thread.
class Transfer {
 public:
  virtual ~Transfer() = default;

  /// Whether its bytes may be used again (sent), or are there (received). Never waits.
  virtual bool is_done() = 0;
};

/// Processes, the ranks 0, 1, ..., that train one model together: one for each machine, say. What
/// stands behind is MPI, in the program mf-train, or threads of one process, in tests. Calls from
/// several threads are safe. Messages of one sender and one tag arrive in their order. A rank that
/// is lost ends all: nothing here returns an error.
class Ranks {
 public:
  virtual ~Ranks() = default;

  virtual int rank() const noexcept = 0;   ///< of this process
  virtual int count() const noexcept = 0;  ///< of all

  /// Begins to send, or to receive, `bytes`, as many at both ends and below 2^31; they stay where
  /// they are, and a message that is sent as it is, until the transfer is done.
  virtual std::unique_ptr<Transfer> send(int to, int tag, std::span<const std::byte> bytes) = 0;
  virtual std::unique_ptr<Transfer> receive(int from, int tag, std::span<std::byte> bytes) = 0;

  bool is_training = false;  ///< on rank 0: set by train()
};

}  // namespace mfpar
