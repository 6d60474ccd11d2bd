// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <future>
#include <vector>

#include "mfpar/threads.hpp"

namespace mfpar::apps {

/// Calls body(i) once for every i below `count`, on several threads (0: one a core). Rethrows what
/// one of them threw when all have ended.
template <class Body>
void for_each_index(std::size_t count, int threads, const Body& body) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i; (i = next++) < count;) body(i);
  };
  std::vector<std::future<void>> others;  // a future waits for its thread, whatever happens
  const auto wanted = std::min(count, static_cast<std::size_t>(resolve_threads(threads)));
  for (std::size_t i = 1; i < wanted; ++i) others.push_back(std::async(std::launch::async, work));
  work();
  for (std::future<void>& other : others) other.get();
}

}  // namespace mfpar::apps
