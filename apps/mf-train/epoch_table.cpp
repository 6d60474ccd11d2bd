// SPDX-License-Identifier: MIT
#include "mf-train/epoch_table.hpp"

#include <unistd.h>

#include <cstdio>

#include "common/text.hpp"

namespace mfpar::apps {

namespace {

constexpr const char* kClearLine = "\r\033[K";

}  // namespace

EpochTable::EpochTable(int epochs, std::uint64_t ratings)
    : epochs_(epochs), ratings_(ratings), terminal_(isatty(STDERR_FILENO) != 0) {
  std::printf("%5s  %10s  %10s  %10s  %12s  %8s  %9s  %8s\n", "epoch", "train MSE", "valid MSE",
              "valid RMSE", "objective", "seconds", "M rat/s", "waited");
  std::fflush(stdout);
}

EpochTable::~EpochTable() {
  if (terminal_) std::fputs(kClearLine, stderr);
}

void EpochTable::show(const EpochReport& report) {
  if (terminal_) std::fputs(kClearLine, stderr);
  const bool trained = report.epoch > 0;
  std::printf("%5d  %10s  %10s  %10s  %12s  %8s  %9s  %8s\n", report.epoch,
              fixed(report.train_mse, 5).c_str(), fixed(report.valid_mse, 5).c_str(),
              fixed(report.valid_rmse(), 5).c_str(), fixed(report.objective, 1).c_str(),
              trained ? fixed(report.seconds, 3).c_str() : "-",
              trained ? fixed(report.updates_per_second / 1e6, 1).c_str() : "-",
              trained ? fixed(report.wait_seconds, 3).c_str() : "-");
  std::fflush(stdout);
  if (terminal_) show_progress(report);
}

void EpochTable::show_progress(const EpochReport& report) {
  if (report.epoch == 0 || report.epoch == epochs_) return;
  const double elapsed =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double left = elapsed / report.epoch * (epochs_ - report.epoch);
  std::fprintf(stderr, "epoch %d of at most %d, %s M ratings/s, %s passed, at most %s to go",
               report.epoch, epochs_,
               fixed(static_cast<double>(ratings_) * report.epoch / elapsed / 1e6, 1).c_str(),
               clock_time(elapsed).c_str(), clock_time(left).c_str());
  std::fflush(stderr);
}

}  // namespace mfpar::apps
