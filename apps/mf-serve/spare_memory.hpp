// SPDX-License-Identifier: MIT
#pragma once

namespace mfpar::apps {

/// Some memory for when none is left: then it is given back, so that what is under way can end in
/// good order. For what std::bad_alloc unwinds may take memory itself, and end the process where
/// there is none; JSON does. One at a time; it is the process's handler of operator new meanwhile.
class SpareMemory {
 public:
  SpareMemory() noexcept;
  ~SpareMemory();
  SpareMemory(const SpareMemory&) = delete;
  SpareMemory& operator=(const SpareMemory&) = delete;

  /// Takes it anew where it was given back and can be had again. From any thread.
  static void refill() noexcept;
};

}  // namespace mfpar::apps
