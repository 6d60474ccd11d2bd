// SPDX-License-Identifier: MIT
#include "train/sgd_solver.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "compute/epoch_schedule.hpp"
#include "compute/model_errors.hpp"
#include "compute/objective.hpp"
#include "loss/losses.hpp"
#include "train/sgd_state.hpp"
#include "train/snapshot.hpp"

namespace mfpar {

namespace {

/// n^(1-e) of each row.
std::vector<float> row_weights(std::span<const std::uint32_t> counts, Penalty penalty) {
  std::vector<float> weights;
  for (const std::uint32_t count : counts) {
    weights.push_back(static_cast<float>(count) * penalty_weight(count, penalty));
  }
  return weights;
}

class SgdSolver final : public Solver {
 public:
  SgdSolver(const RowIds& ids, std::unique_ptr<Bands> bands, const RatingStatistics& statistics,
            const TrainOptions& options, const FactorModel* init, const Workers& workers)
      : kernels_(find_kernels(options.kernel)),
        workers_(workers),
        charges_(penalty_charges(options.loss, options, statistics.scale.deviation)),
        user_weights_(row_weights(statistics.user_counts, options.penalty)),
        item_weights_(row_weights(statistics.item_counts, options.penalty)),
        state_(ids, statistics, options, init, workers),
        snapshots_(ids, statistics.scale, options),
        bands_(std::move(bands)),
        schedule_(make_schedule(options, *bands_)) {}

  PassSums run_epoch(int epoch, const std::function<bool()>& stop) override {
    return schedule_->run_epoch(state_.plan(epoch), workers_, stop);
  }
  FactorModel snapshot() const override { return snapshots_.take(state_, workers_); }

  PassSums training_errors(const FactorModel& snapshot, const Workers& workers) const override {
    return model_errors(snapshot, *bands_, kernels_, workers);
  }
  double penalty(const FactorModel& snapshot, const Workers& workers) const override {
    return model_penalty(snapshot, user_weights_, item_weights_, charges_, workers);
  }

  bool start_again(const FactorModel* snapshot, double rate) override {
    state_.start_again(snapshot, rate, workers_);
    return true;
  }

  void save(SectionWriter& file) const override { state_.save(file); }
  void restore(const SectionReader& file) override { state_.restore(file); }

  void give_lists(FactorModel::Parts& parts) override {
    parts.trained = bands_->into_item_lists(workers_);
  }

 private:
  // Constant after construction.
  const KernelSet& kernels_;
  const Workers& workers_;
  const PenaltyCharges charges_;
  const std::vector<float> user_weights_;  ///< n^(1-e) of each row
  const std::vector<float> item_weights_;

  SgdState state_;
  const SnapshotMaker snapshots_;
  const std::unique_ptr<Bands> bands_;
  const std::unique_ptr<EpochSchedule> schedule_;
};

}  // namespace

std::unique_ptr<Solver> make_sgd_solver(RatingStore training, const RatingStatistics& statistics,
                                        const TrainOptions& options, const FactorModel* init,
                                        const Workers& workers) {
  const RowIds ids(training);
  auto bands =
      std::make_unique<BandStore>(make_bands(std::move(training), statistics, options, workers));
  return std::make_unique<SgdSolver>(ids, std::move(bands), statistics, options, init, workers);
}

std::unique_ptr<Solver> make_sgd_solver(std::shared_ptr<const RatingSource> training,
                                        const std::string& folder,
                                        const RatingStatistics& statistics,
                                        const TrainOptions& options, const FactorModel* init,
                                        const Workers& workers) {
  const RowIds ids(*training);
  auto bands = make_band_file(std::move(training), statistics, options, folder, workers);
  return std::make_unique<SgdSolver>(ids, std::move(bands), statistics, options, init, workers);
}

}  // namespace mfpar
