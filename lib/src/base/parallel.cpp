// SPDX-License-Identifier: MIT
#include "base/parallel.hpp"

#include <sched.h>

#include <string>

#include "mfpar/error.hpp"

namespace mfpar {

int resolve_threads(int requested) {
  constexpr int kMaxThreads = 4096;
  if (requested < 0 || requested > kMaxThreads) {
    throw Error(ErrorCode::kBadOption, "threads is " + std::to_string(requested) +
                                           "; it must be 0 (all cores) to " +
                                           std::to_string(kMaxThreads));
  }
  if (requested > 0) return requested;
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
  return CPU_COUNT(&allowed) > 0 ? CPU_COUNT(&allowed) : 1;
}

}  // namespace mfpar
