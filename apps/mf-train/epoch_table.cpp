// SPDX-License-Identifier: MIT
#include "mf-train/epoch_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "common/text.hpp"
#include "mfpar/decimal.hpp"

namespace mfpar::apps {

namespace {

/// A row of the table, or its head.
void print_row(const std::string& epoch, const std::vector<std::string>& errors,
               const std::array<std::string, 4>& others) {
  std::printf("%5s", epoch.c_str());
  for (const std::string& error : errors) std::printf("  %10s", error.c_str());
  std::printf("  %12s  %8s  %9s  %8s\n", others[0].c_str(), others[1].c_str(), others[2].c_str(),
              others[3].c_str());
  std::fflush(stdout);
}

}  // namespace

EpochTable::EpochTable(const TrainOptions& options, std::uint64_t ratings)
    : loss_(describe_loss(options.loss)),
      feedback_(options.feedback),
      is_sampled_(options.method == Method::kGibbs),
      epochs_(is_sampled_ ? options.gibbs.burn_in + options.gibbs.samples : options.epochs),
      seed_(options.seed),
      ratings_(ratings) {
  const std::string metric(loss_.metric_title);
  std::vector<std::string> errors{"train " + metric, "valid " + metric};
  if (loss_.has_root) errors.push_back("valid R" + metric);
  if (feedback_ == Feedback::kOneClass) {
    errors = {"NDCG@" + std::to_string(options.one_class.valid_top)};
  }
  print_row(is_sampled_ ? "sweep" : "epoch", errors, {"objective", "seconds", "M rat/s", "waited"});
}

void EpochTable::show(const EpochReport& report) {
  line_.clear();
  const bool is_average = report.training < training_;
  if (report.training > training_) {
    training_ = report.training;
    start_ = std::chrono::steady_clock::now();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed_) + training_ - 1);
  }
  const bool trained = report.epoch > 0 && !is_average;
  std::vector<std::string> errors{fixed(report.train_error, 5), fixed(report.valid_error, 5)};
  if (loss_.has_root) errors.push_back(fixed(std::sqrt(report.valid_error), 5));
  if (feedback_ == Feedback::kOneClass) errors = {fixed(report.valid_ndcg, 5)};
  print_row(is_average ? "mean" : std::to_string(report.epoch), errors,
            {fixed(report.objective, 1), trained ? fixed(report.seconds, 3) : "-",
             trained ? fixed(report.updates_per_second / 1e6, 1) : "-",
             trained ? fixed(report.wait_seconds, 3) : "-"});
  if (line_.is_shown() && !is_average) show_progress(report);
}

void EpochTable::show(const DivergenceReport& report) {
  line_.clear();
  std::printf("epoch %d diverged: %s; on from %s with the learning rate %s\n", report.epoch,
              report.what.c_str(),
              report.restored_epoch == 0
                  ? "the start"
                  : ("epoch " + std::to_string(report.restored_epoch)).c_str(),
              shortest_decimal(report.learning_rate).c_str());
  std::fflush(stdout);
}

void EpochTable::show_progress(const EpochReport& report) {
  if (report.epoch == 0 || report.epoch == epochs_) return;
  const double elapsed =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double left = elapsed / report.epoch * (epochs_ - report.epoch);
  const std::string rate = fixed(static_cast<double>(ratings_) * report.epoch / elapsed / 1e6, 1);
  line_.show((is_sampled_ ? "sweep " : "epoch ") + std::to_string(report.epoch) + " of at most " +
                 std::to_string(epochs_) + ", " + rate + " M ratings/s, " + clock_time(elapsed) +
                 " passed, at most " + clock_time(left) + " to go",
             /*at_once=*/true);
}

std::string refit_progress_text(const TrainResult& validated, std::uint64_t ratings) {
  double seconds = 0.0;
  int reported = 0;
  for (const EpochReport& report : validated.history) {
    reported += report.epoch > 0;
    seconds += report.seconds;
  }
  const TrainingRecord& record = validated.model.parts().record;
  seconds *= static_cast<double>(record.best_epoch) / std::max(1, reported) *
             static_cast<double>(ratings) /
             static_cast<double>(std::max<std::uint64_t>(1, record.ratings));
  return "learning once more from all " + with_commas(ratings) + " ratings, about " +
         clock_time(seconds) + " in all";
}

std::string fold_progress_text(std::uint32_t done, std::uint32_t folds, const EpochReport& report,
                               double seconds) {
  std::string text = "fold " + std::to_string(done + 1) + " of " + std::to_string(folds) +
                     ", epoch " + std::to_string(report.epoch) + ", " + clock_time(seconds) +
                     " passed";
  if (done > 0) text += ", about " + clock_time(seconds / done * (folds - done)) + " to go";
  return text;
}

}  // namespace mfpar::apps
