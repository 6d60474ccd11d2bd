// SPDX-License-Identifier: MIT
#include "mf-train/join_ranks.hpp"

#include <dlfcn.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "common/program.hpp"
#include "common/text.hpp"
#include "mfpar/error.hpp"
#include "mfpar/train_on_ranks.hpp"
#include "mfpar/version.hpp"

namespace mfpar::apps {

namespace {

namespace fs = std::filesystem;

/// How many ranks whoever started this process says there are, and by which variable: those of Open
/// MPI, of MPICH and those after it, and of Slurm.
struct Started {
  int ranks = 1;
  const char* by = "";
};

Started started() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"}) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread yet
    const int ranks = value != nullptr ? std::atoi(value) : 1;
    if (ranks > 1) return {ranks, name};
  }
  return {};
}

void* find_symbol(void* library, const char* name) {
  void* const symbol = dlsym(library, name);
  if (symbol != nullptr) return symbol;
  throw Error(ErrorCode::kSystem, std::string("the plug-in of MPI has no ") + name +
                                      "; install the one that belongs to this mf-train");
}

}  // namespace

MpiRanks* join_ranks() {
  const Started start = started();
  if (start.ranks == 1) return nullptr;
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  std::string failure;
  for (const fs::path& folder : {here, here / MFPAR_PLUGIN_FOLDER}) {
    const fs::path path = folder / "mfpar-mpi.so";
    if (!fs::exists(path)) continue;
    // What MPI loads in its turn looks for MPI's names.
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (library == nullptr) {
      throw Error(ErrorCode::kSystem, dlerror());  // NOLINT(concurrency-mt-unsafe): no thread yet
    }
    const char* const version =
        reinterpret_cast<MpiVersion>(find_symbol(library, kMpiVersionSymbol))();
    if (std::string(version) != MFPAR_VERSION) {
      throw Error(ErrorCode::kSystem, path.string() + " is of mfpar " + version +
                                          ", and this is " MFPAR_VERSION
                                          "; install both of the same");
    }
    return reinterpret_cast<JoinMpi>(find_symbol(library, kJoinMpiSymbol))();
  }
  throw Error(ErrorCode::kSystem,
              std::string(start.by) + " says that " + std::to_string(start.ranks) +
                  " ranks were started, and there is no plug-in mfpar-mpi.so for them; build with "
                  "-D MFPAR_WITH_MPI=ON, or unset " +
                  start.by + " to train apart");
}

std::string command_text(int argc, const char* const* argv) {
  std::string text;
  for (int i = 1; i < argc; ++i) text += (i > 1 ? " " : "") + shell_word(argv[i]);
  return text;
}

int follow_first(MpiRanks& ranks, const std::string& command, const std::function<int()>& train) {
  // Rank 0 decides whether a signal ends the training, and when.
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) std::signal(number, SIG_IGN);
  try {
    if (!begin_ranks(ranks, command)) {
      ranks.finish();
      return kDone;
    }
  } catch (const Error& error) {
    std::fprintf(stderr, "mf-train: error: %s\n", error.what());
    ranks.end_all(kUsage);
  }
  const int code = train();
  if (code != kDone) ranks.end_all(code);
  ranks.finish();
  return kDone;
}

void leave_ranks(MpiRanks& ranks, bool has_begun, int code) {
  if (!has_begun) {
    begin_ranks(ranks, std::nullopt);
  } else if (!dismiss_ranks(ranks)) {
    ranks.end_all(code);
  }
  ranks.finish();
}

}  // namespace mfpar::apps
