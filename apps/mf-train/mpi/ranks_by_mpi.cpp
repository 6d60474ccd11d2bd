// SPDX-License-Identifier: MIT
//
// MPI has one thread at a time: calls are short, none waits, and a mutex stands around them. So any
// MPI with MPI_THREAD_SERIALIZED will do.
#include "mf-train/mpi/ranks_by_mpi.hpp"

#include <mpi.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>

#include "mfpar/version.hpp"

namespace mfpar::apps {

namespace {

class RanksByMpi final : public MpiRanks {
 public:
  RanksByMpi() {
    int provided = 0;
    check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided));
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_));
    check(MPI_Comm_size(MPI_COMM_WORLD, &count_));
    if (provided >= MPI_THREAD_SERIALIZED) return;
    complain("this MPI has no MPI_THREAD_SERIALIZED; use one that was built with threads");
    end_all(4);
  }

  int rank() const noexcept override { return rank_; }
  int count() const noexcept override { return count_; }

  std::unique_ptr<Transfer> send(int to, int tag, std::span<const std::byte> bytes) override {
    auto transfer = std::make_unique<Message>(*this);
    const std::lock_guard lock(mutex_);
    check(MPI_Isend(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, to, tag, MPI_COMM_WORLD,
                    &transfer->request));
    return transfer;
  }
  std::unique_ptr<Transfer> receive(int from, int tag, std::span<std::byte> bytes) override {
    auto transfer = std::make_unique<Message>(*this);
    const std::lock_guard lock(mutex_);
    check(MPI_Irecv(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, from, tag,
                    MPI_COMM_WORLD, &transfer->request));
    return transfer;
  }

  void end_all(int code) override {
    MPI_Abort(MPI_COMM_WORLD, code);
    std::_Exit(code);
  }
  void finish() override {
    const std::lock_guard lock(mutex_);
    check(MPI_Finalize());
  }

 private:
  struct Message final : Transfer {
    explicit Message(RanksByMpi& ranks) : all(ranks) {}
    bool is_done() override {
      if (done) return true;
      const std::lock_guard lock(all.mutex_);
      int flag = 0;
      all.check(MPI_Test(&request, &flag, MPI_STATUS_IGNORE));
      return done = flag != 0;
    }
    RanksByMpi& all;
    MPI_Request request = MPI_REQUEST_NULL;
    bool done = false;
  };

  void complain(const char* what) const {
    std::fprintf(stderr, "mf-train: error: rank %d of %d: %s\n", rank_, count_, what);
  }
  void check(int code) {
    if (code == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING + 1] = "";
    int length = 0;
    MPI_Error_string(code, text, &length);
    complain(text);
    end_all(4);
  }

  int rank_ = 0, count_ = 1;
  std::mutex mutex_;
};

}  // namespace

}  // namespace mfpar::apps

extern "C" {

__attribute__((visibility("default"))) const char* mfpar_mpi_version() { return MFPAR_VERSION; }

__attribute__((visibility("default"))) mfpar::apps::MpiRanks* mfpar_join_mpi() {
  static mfpar::apps::RanksByMpi ranks;
  return &ranks;
}
}
