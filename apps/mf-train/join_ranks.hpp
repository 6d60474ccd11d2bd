// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "mf-train/mpi/ranks_by_mpi.hpp"
#include "mf-train/train_command.hpp"

namespace mfpar::apps {

/// The ranks that mpirun or srun has started, this process among them, by the plug-in of MPI; null
/// where this process was started alone. Throws Error(kSystem) where there are several and no
/// plug-in.
MpiRanks* join_ranks();

/// What all of `ranks` are to have alike: the command line.
std::string command_text(int argc, const char* const* argv);

/// A rank but the first, from beginning to end: `train` takes its share, once it is known that rank
/// 0 has something to do, and the same. Returns the exit code; does not return where something is
/// wrong, which ends all ranks.
int follow_first(MpiRanks& ranks, const std::string& command, const std::function<int()>& train);

/// Ends the other ranks, after what rank 0 did, or could not begin, and MPI.
void leave_ranks(MpiRanks& ranks, bool has_begun, int code);

}  // namespace mfpar::apps
