// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace mfpar::apps {

/// How many file descriptors the process may have beside so many others; at least half of all.
/// Raises the soft limit to the hard one first.
std::size_t descriptors_beside(std::size_t others);

/// A file descriptor kept in reserve, for when there are none left. Not synchronised.
class SpareDescriptor {
 public:
  SpareDescriptor();
  ~SpareDescriptor();
  SpareDescriptor(const SpareDescriptor&) = delete;
  SpareDescriptor& operator=(const SpareDescriptor&) = delete;

  /// Calls `use`, which may take one descriptor and must give it back. Returns what it returned,
  /// and false where the spare one is gone.
  template <class Use>
  bool lend(const Use& use) {
    const bool used = release() && use();
    keep();
    return used;
  }

 private:
  void keep();
  bool release();  ///< whether there was one

  int file_ = -1;
};

}  // namespace mfpar::apps
