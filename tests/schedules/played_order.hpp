// SPDX-License-Identifier: MIT
//
// In a program of which parallel_seeded.cpp is a part, Workers play the tasks of loops and graphs
// on the calling thread alone, in an order drawn from a seed.
#pragma once

#include <cstdint>

namespace mfpar::tests {

/// While one lives, the order of tasks is drawn from `seed`, the same for the same calls; with seed
/// 0, and where none lives, tasks run one after the other as they stand. One at a time.
///
/// What an order has of threads: which of the ready tasks is next; and that a task is held up, by
/// as many as there are threads but one, while others go on: at submit(), within a loop that it
/// runs itself, and at let_others_run(). One that is held up goes on when those that overtook it
/// are done or held up by others in their turn.
class PlayedOrder {
 public:
  explicit PlayedOrder(std::uint64_t seed);
  ~PlayedOrder();
  PlayedOrder(const PlayedOrder&) = delete;
  PlayedOrder& operator=(const PlayedOrder&) = delete;
};

/// A place where the task that calls this may be held up.
void let_others_run();

}  // namespace mfpar::tests
