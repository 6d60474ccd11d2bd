// SPDX-License-Identifier: MIT
//
// What fault_shim is told to do, and to which calls it does it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace mfpar::tests {

/// What calls are for; to be combined.
enum Kind : unsigned {
  kAllocate = 1,
  kOpen = 2,
  kRead = 4,
  kWrite = 8,
  kSync = 16,
  kName = 32,  // and rename, link, unlink
  kMap = 64,
  kTruncate = 128,
  kClose = 256,
  kStatus = 512,
  kReceive = 1024,
  kSend = 2048,
  kAccept = 4096,
  kWait = 8192,
};
inline constexpr unsigned kSystem = ~0u & ~static_cast<unsigned>(kAllocate);

/// The system calls that can fail.
struct Call {
  long number;
  Kind kind;
};
std::span<const Call> known_calls();

enum class Action { kFail, kShorten, kDelay, kCut, kKill, kKillBehind };

/// What can happen to calls.
struct Fault {
  std::string_view name;
  Action action;
  int error;
  unsigned kinds;  // of calls to which it can happen
};

/// What MFPAR_FAULTS says.
struct Settings {
  std::vector<Fault> faults;
  unsigned kinds = 0;      // of calls to which one of the faults can happen
  std::uint64_t at = 0;    // 0: to none
  bool always = false;     // to all behind it, too
  double chance = -1;      // in place of `at`, where it is not negative
  std::uint64_t seed = 1;  // of chance
  bool traced = false;     // whether each is told on standard error, with the functions under way
  unsigned from = 0;       // the kinds whose first call is the first that counts; 0: main()

  /// What happens to the n-th call that counts, of a kind to which something can happen; null for
  /// nothing.
  const Fault* fault_of(std::uint64_t n, Kind kind) const;
};

/// Ends the process where `text` cannot be understood.
Settings read_settings(std::string_view text);

/// A number that looks random, by another.
std::uint64_t mixed(std::uint64_t number);

/// Ends the process, saying why.
[[noreturn]] void refuse(const char* why);

}  // namespace mfpar::tests
