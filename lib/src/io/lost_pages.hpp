// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace mfpar {

/// While it lives, pages of a mapping that its file does not have any more read as zeros instead
/// of ending the process. Any number of threads may read; each mapping needs one of its own.
class LostPages {
 public:
  /// Handles SIGBUS from the first that lives to the last, and hands what is no fault in their
  /// mappings on to the handler before. REQUIRES: `address` of a mapping, on a page boundary.
  /// Throws Error(kSystem) when hundreds live at once.
  LostPages(const void* address, std::size_t size);
  ~LostPages();
  LostPages(const LostPages&) = delete;
  LostPages& operator=(const LostPages&) = delete;

  /// Whether a page was found missing.
  bool any() const noexcept;

 private:
  std::size_t place_ = 0;
};

}  // namespace mfpar
