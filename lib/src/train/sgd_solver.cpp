// SPDX-License-Identifier: MIT
#include "train/sgd_solver.hpp"

#include <algorithm>
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
            const TrainOptions& options, const FactorModel* init, const Workers& workers,
            const RankShare* share)
      : kernels_(find_kernels(options.kernel)),
        workers_(workers),
        share_(share),
        charges_(penalty_charges(options.loss, options, statistics.scale.deviation)),
        user_counts_(statistics.user_counts),
        user_weights_(row_weights(statistics.user_counts, options.penalty)),
        item_weights_(row_weights(statistics.item_counts, options.penalty)),
        state_(ids, statistics, options, init, workers, share),
        snapshots_(ids, statistics, options),
        bands_(std::move(bands)),
        schedule_(make_schedule(options, *bands_, share)) {}

  PassSums run_epoch(int epoch, const std::function<bool()>& stop) override {
    return schedule_->run_epoch(state_.plan(epoch), workers_, stop);
  }
  FactorModel snapshot() const override {
    state_.spread_items();
    return snapshots_.take(state_, workers_);
  }
  FactorModel whole(const FactorModel& snapshot, RankTag tag) const override;

  PassSums training_errors(const FactorModel& snapshot, const Workers& workers) const override {
    return model_errors(snapshot, *bands_, kernels_, workers, share_);
  }
  PassSums errors_on(const RatingStore& ratings, const FactorModel& snapshot,
                     const Workers& workers) const override {
    return model_errors(snapshot, ratings, *bands_, kernels_, workers, share_);
  }
  double penalty(const FactorModel& snapshot, const Workers& workers) const override {
    return model_penalty(snapshot, *bands_, user_weights_, item_weights_, charges_, workers,
                         share_);
  }

  bool start_again(const FactorModel* snapshot, double rate) override {
    state_.start_again(snapshot, rate, workers_);
    return true;
  }

  void save(SectionWriter& file) const override { state_.save(file); }
  void restore(const SectionReader& file) override { state_.restore(file); }
  void restore_from_first() override { state_.restore_from_ranks(); }

  void give_lists(FactorModel::Parts& parts) override {
    parts.trained = bands_->into_item_lists(workers_);
    if (share_ != nullptr) parts.trained = lists_of_ranks(std::move(parts.trained));
  }

 private:
  ItemLists lists_of_ranks(ItemLists own) const;

  // Constant after construction.
  const KernelSet& kernels_;
  const Workers& workers_;
  const RankShare* const share_;  ///< null where one process trains
  const PenaltyCharges charges_;
  const std::vector<std::uint32_t>& user_counts_;
  const std::vector<float> user_weights_;  ///< n^(1-e) of each row
  const std::vector<float> item_weights_;

  SgdState state_;
  const SnapshotMaker snapshots_;
  const std::unique_ptr<Bands> bands_;
  const std::unique_ptr<EpochSchedule> schedule_;
};

FactorModel SgdSolver::whole(const FactorModel& snapshot, RankTag tag) const {
  if (share_ == nullptr) return snapshot;
  FactorModel::Parts parts = snapshot.parts();
  FactorModel::Side& users = parts.users;
  users.factors = FrozenArray<float>(share_->gather_users(users.factors.span(), parts.stride, tag));
  users.biases = FrozenArray<float>(share_->gather_users(users.biases.span(), 1, tag));
  return share_->is_first() ? FactorModel(std::move(parts)) : snapshot;
}

/// Rank 0 gets the lists of all ranks; others have none any more.
ItemLists SgdSolver::lists_of_ranks(ItemLists own) const {
  const RankChannel all = share_->channel(kTrainerTag);
  const auto own_of = [&](Range users) {
    return own.items.span().subspan(own.offsets[users.begin],
                                    own.offsets[users.end] - own.offsets[users.begin]);
  };
  if (!share_->is_first()) {
    for (const Range users : share_->users()) all.send(0, own_of(users));
    return {};
  }
  std::vector<std::uint64_t> offsets{0};
  for (const std::uint32_t count : user_counts_) offsets.push_back(offsets.back() + count);
  std::vector<ItemIndex> items(offsets.back());
  const auto place_of = [&](Range users) {
    return std::span(items).subspan(offsets[users.begin],
                                    offsets[users.end] - offsets[users.begin]);
  };
  for (const Range users : share_->users()) {
    std::ranges::copy(own_of(users), place_of(users).begin());
  }
  for (int from = 1; from < share_->ranks().count(); ++from) {
    for (const Range users : share_->users_of(from)) all.receive(from, place_of(users));
  }
  return {FrozenArray<std::uint64_t>(std::move(offsets)), FrozenArray<ItemIndex>(std::move(items))};
}

}  // namespace

std::unique_ptr<Solver> make_sgd_solver(RatingStore training, const RatingStatistics& statistics,
                                        const TrainOptions& options, const FactorModel* init,
                                        const Workers& workers, const RankShare* share) {
  const RowIds ids(training);
  auto bands = std::make_unique<BandStore>(
      make_bands(std::move(training), statistics, options, workers, share));
  return std::make_unique<SgdSolver>(ids, std::move(bands), statistics, options, init, workers,
                                     share);
}

std::unique_ptr<Solver> make_sgd_solver(std::shared_ptr<const RatingSource> training,
                                        const std::string& folder,
                                        const RatingStatistics& statistics,
                                        const TrainOptions& options, const FactorModel* init,
                                        const Workers& workers) {
  const RowIds ids(*training);
  auto bands = make_band_file(std::move(training), statistics, options, folder, workers);
  return std::make_unique<SgdSolver>(ids, std::move(bands), statistics, options, init, workers,
                                     nullptr);
}

std::unique_ptr<Solver> make_sgd_solver(const RowIds& ids, std::unique_ptr<Bands> bands,
                                        const RatingStatistics& statistics,
                                        const TrainOptions& options, const Workers& workers) {
  return std::make_unique<SgdSolver>(ids, std::move(bands), statistics, options, nullptr, workers,
                                     nullptr);
}

}  // namespace mfpar
