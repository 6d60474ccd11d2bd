// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

#include "base/parallel.hpp"

namespace mfpar {

/// Calls body(i) once for every i in [0, count), as Workers::for_each does, but begins them in
/// ascending order: a thread that is done takes the lowest that nobody has begun.
template <class Body>
void for_each_in_order(const Workers& workers, std::size_t count, const Body& body) {
  std::atomic<std::size_t> next{0};
  workers.for_each(std::min(static_cast<std::size_t>(workers.threads()), count), [&](std::size_t) {
    try {
      for (std::size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;) body(i);
    } catch (...) {
      next.store(count, std::memory_order_relaxed);  // the others begin nothing more
      throw;
    }
  });
}

}  // namespace mfpar
