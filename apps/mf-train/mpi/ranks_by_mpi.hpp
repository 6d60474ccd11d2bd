// SPDX-License-Identifier: MIT
//
// What the plug-in mfpar-mpi.so gives to mf-train, which loads it where several ranks were started:
// MPI stands behind it, and nobody else is linked with that.
#pragma once

#include "mfpar/ranks.hpp"

namespace mfpar::apps {

/// Ranks by MPI. What MPI cannot do ends all ranks, with a message.
class MpiRanks : public Ranks {
 public:
  /// Ends all ranks, with this exit code.
  [[noreturn]] virtual void end_all(int code) = 0;

  /// Waits for all ranks to come here; nothing can be sent afterwards.
  virtual void finish() = 0;
};

/// What the plug-in has, by C linkage: the version of mfpar that it is of, and what starts MPI,
/// once in a process.
using MpiVersion = const char* (*)();
using JoinMpi = MpiRanks* (*)();
inline constexpr const char* kMpiVersionSymbol = "mfpar_mpi_version";
inline constexpr const char* kJoinMpiSymbol = "mfpar_join_mpi";

}  // namespace mfpar::apps
