// SPDX-License-Identifier: MIT
#include "mf-serve/descriptors.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

namespace mfpar::apps {

std::size_t descriptors_beside(std::size_t others) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<std::size_t>::max();
  if (limit.rlim_cur < limit.rlim_max) {
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  if (limit.rlim_cur == RLIM_INFINITY) return std::numeric_limits<std::size_t>::max();
  return limit.rlim_cur - std::min<std::size_t>(others, limit.rlim_cur / 2);
}

SpareDescriptor::SpareDescriptor() { keep(); }

SpareDescriptor::~SpareDescriptor() { release(); }

void SpareDescriptor::keep() { file_ = open("/dev/null", O_RDONLY | O_CLOEXEC); }

bool SpareDescriptor::release() {
  const bool is_kept = file_ >= 0;
  if (is_kept) close(file_);
  file_ = -1;
  return is_kept;
}

}  // namespace mfpar::apps
